#include "config/redis_location.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace voxpop::config {
namespace {

using Failure = std::unexpected<std::string>;

constexpr std::uint16_t kRedisPort = 6379;
constexpr std::uint16_t kSentinelPort = 26'379;
constexpr std::size_t kHostsMax = 64;

struct Scheme {
    std::string_view prefix;
    RedisKind kind;
};
constexpr auto kSchemes = std::to_array<Scheme>({
    {"redis://", RedisKind::single},
    {"redis+unix://", RedisKind::unix_socket},
    {"redis+sentinel://", RedisKind::sentinel},
    {"redis+cluster://", RedisKind::cluster},
});

const Scheme* scheme_of(std::string_view url) {
    const auto at = std::ranges::find_if(kSchemes, [&](const Scheme& scheme) {
        return url.starts_with(scheme.prefix);
    });
    return at == kSchemes.end() ? nullptr : &*at;
}

template <class Number>
std::optional<Number> whole_number(std::string_view digits, int base = 10) {
    Number value = 0;
    const auto end = digits.data() + digits.size();
    const auto [at, failed] = std::from_chars(digits.data(), end, value, base);
    if (failed != std::errc() || at != end) return std::nullopt;
    return value;
}

std::expected<std::string, std::string> percent_decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const auto hex = text.substr(i + 1, 2);
        const auto byte = whole_number<std::uint8_t>(hex, 16);
        if (hex.size() != 2 || !byte) return Failure("a '%' without two hexadecimal digits");
        out += static_cast<char>(*byte);
        i += 2;
    }
    return out;
}

// Where the credentials of `rest` (a URL after its scheme) end: the last '@' before the path, as a
// password may hold one. npos: there are none.
std::size_t credentials_end(std::string_view rest) {
    return rest.substr(0, rest.find('/')).rfind('@');
}

// Takes "user:password@" off `rest`. "secret@" alone would be a user without a password: an error,
// as it is more likely a slip.
std::expected<void, std::string> take_credentials(std::string_view& rest, RedisLocation& into) {
    const auto at = credentials_end(rest);
    if (at == std::string_view::npos) return {};
    const auto credentials = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    const auto colon = credentials.find(':');
    if (colon == std::string_view::npos)
        return Failure("a user without a password; write user:password@ or :password@");
    auto user = percent_decode(credentials.substr(0, colon));
    auto password = percent_decode(credentials.substr(colon + 1));
    if (!user) return Failure(user.error());
    if (!password) return Failure(password.error());
    if (password->empty()) return Failure("an empty password");
    into.user = std::move(*user);
    into.password = std::move(*password);
    return {};
}

std::expected<RedisHost, std::string> parse_host(std::string_view text, std::uint16_t port) {
    RedisHost host{.host = {}, .port = port};
    std::string_view after;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return Failure("a '[' without its ']'");
        host.host = text.substr(1, close - 1);
        after = text.substr(close + 1);
    } else {
        const auto colon = std::min(text.find(':'), text.size());
        host.host = text.substr(0, colon);
        after = text.substr(colon);
    }
    if (host.host.empty()) return Failure("a host without a name");
    if (host.host.find_first_of("?#@ ") != std::string::npos)
        return Failure("'" + host.host + "' is no host");
    if (after.empty()) return host;
    const auto number = whole_number<std::uint16_t>(after.substr(1));
    if (!after.starts_with(':') || !number || *number == 0)
        return Failure("the port of '" + host.host + "' is not a number from 1 to 65535");
    host.port = *number;
    return host;
}

std::expected<void, std::string> take_hosts(
    std::string_view text, std::uint16_t port, RedisLocation& into
) {
    while (true) {
        const auto comma = std::min(text.find(','), text.size());
        auto host = parse_host(text.substr(0, comma), port);
        if (!host) return Failure(host.error());
        into.hosts.push_back(std::move(*host));
        if (into.hosts.size() > kHostsMax) return Failure("too many hosts");
        if (comma == text.size()) return {};
        text.remove_prefix(comma + 1);
    }
}

std::expected<void, std::string> take_database(std::string_view digits, RedisLocation& into) {
    const auto number = whole_number<int>(digits);
    if (!number || *number < 0) return Failure("the database is not a number");
    into.database = *number;
    return {};
}

// Takes "?db=N" off `rest`.
std::expected<void, std::string> take_query(std::string_view& rest, RedisLocation& into) {
    constexpr std::string_view kDatabase = "db=";
    const auto mark = rest.find('?');
    if (mark == std::string_view::npos) return {};
    const auto query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
    if (!query.starts_with(kDatabase)) return Failure("the only parameter is ?db=NUMBER");
    return take_database(query.substr(kDatabase.size()), into);
}

// What follows the scheme and the credentials.
std::expected<void, std::string> take_place(std::string_view rest, RedisLocation& into) {
    if (into.kind != RedisKind::cluster)
        if (auto query = take_query(rest, into); !query) return query;
    if (into.kind == RedisKind::unix_socket) {
        into.path = rest;
        if (rest.empty()) return Failure("the socket has no path");
        return {};
    }
    const auto slash = std::min(rest.find('/'), rest.size());
    const bool sentinel = into.kind == RedisKind::sentinel;
    auto hosts = take_hosts(rest.substr(0, slash), sentinel ? kSentinelPort : kRedisPort, into);
    if (!hosts) return hosts;
    const auto path = rest.substr(std::min(slash + 1, rest.size()));
    if (sentinel) {
        into.master_name = path;
        if (path.empty()) return Failure("Sentinel needs the server's name: …host:port/name");
        return {};
    }
    if (into.kind == RedisKind::cluster)
        return path.empty() ? std::expected<void, std::string>()
                            : Failure("a Cluster has no database number");
    if (into.hosts.size() > 1)
        return Failure("several hosts; use redis+cluster:// or redis+sentinel://");
    if (path.empty()) return {};
    return take_database(path, into);
}

}  // namespace

bool is_redis_url(std::string_view url) {
    return scheme_of(url) != nullptr;
}

std::expected<RedisLocation, std::string> parse_redis_url(std::string_view url) {
    const Scheme* scheme = scheme_of(url);
    if (scheme == nullptr) return Failure("it does not begin with redis://");
    RedisLocation location{.kind = scheme->kind};
    std::string_view rest = url.substr(scheme->prefix.size());
    if (auto taken = take_credentials(rest, location); !taken) return Failure(taken.error());
    if (auto taken = take_place(rest, location); !taken) return Failure(taken.error());
    return location;
}

std::string without_password(std::string_view url) {
    const Scheme* scheme = scheme_of(url);
    if (scheme == nullptr) return std::string(url);
    const auto rest = url.substr(scheme->prefix.size());
    const auto at = credentials_end(rest);
    if (at == std::string_view::npos) return std::string(url);
    const auto user = rest.substr(0, std::min(rest.find(':'), at));
    return std::string(scheme->prefix) + std::string(user) + ":***" + std::string(rest.substr(at));
}

}  // namespace voxpop::config
