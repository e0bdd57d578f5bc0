#include "config/origin.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace voxpop::config {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";
constexpr std::string_view kAnySubdomain = "*.";
constexpr std::size_t kHostBytesMax = 253;  // RFC 1035

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

bool is_host_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

// Names as browsers send them: lower case, punycode, no empty label.
bool is_host_name(std::string_view host) {
    return !host.empty() && host.size() <= kHostBytesMax &&
           std::ranges::all_of(host, is_host_char) && host.front() != '.' && host.back() != '.' &&
           !host.contains("..");
}

// The canonical text of an IPv6 address, so that two spellings of it are equal.
std::optional<std::string> canonical_ipv6(std::string_view text) {
    in6_addr address{};
    std::array<char, INET6_ADDRSTRLEN> out{};
    if (inet_pton(AF_INET6, std::string(text).c_str(), &address) != 1) return std::nullopt;
    if (inet_ntop(AF_INET6, &address, out.data(), out.size()) == nullptr) return std::nullopt;
    return out.data();
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

struct HostAndPort {
    std::string host;
    std::string_view port;  // with its colon; empty: not written
};

std::optional<HostAndPort> split_host(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        auto host = canonical_ipv6(text.substr(1, end - 1));
        if (!host) return std::nullopt;
        return HostAndPort{std::move(*host), text.substr(end + 1)};
    }
    const auto colon = std::min(text.find(':'), text.size());
    std::string host = lower_case(text.substr(0, colon));
    if (!is_host_name(host)) return std::nullopt;
    return HostAndPort{std::move(host), text.substr(colon)};
}

}  // namespace

std::optional<Origin> parse_origin(std::string_view text) {
    Origin origin;
    const std::string scheme = lower_case(text.substr(0, kHttps.size()));
    origin.https = scheme == kHttps;
    if (!origin.https && !scheme.starts_with(kHttp)) return std::nullopt;
    text.remove_prefix(origin.https ? kHttps.size() : kHttp.size());
    auto parts = split_host(text);
    if (!parts) return std::nullopt;
    origin.host = std::move(parts->host);
    origin.port = origin.https ? 443 : 80;
    if (parts->port.empty()) return origin;
    const auto port = parts->port.front() == ':' ? parse_port(parts->port.substr(1)) : std::nullopt;
    if (!port) return std::nullopt;
    origin.port = *port;
    return origin;
}

std::expected<OriginPattern, std::string> OriginPattern::parse(std::string_view text) {
    std::string plain(text);
    OriginPattern pattern;
    const auto after_scheme = text.find("://");
    const auto star = text.find(kAnySubdomain);
    if (after_scheme != std::string_view::npos && star == after_scheme + 3) {
        pattern.any_subdomain = true;
        plain.erase(star, kAnySubdomain.size());
    }
    const auto origin = parse_origin(plain);
    if (!origin) {
        return std::unexpected(
            "'" + std::string(text) + "' is no origin; write it as https://news.example or " +
            "https://*.news.example, with a port where needed and no path"
        );
    }
    pattern.origin = *origin;
    return pattern;
}

bool OriginPattern::matches(const Origin& candidate) const {
    if (candidate.https != origin.https || candidate.port != origin.port) return false;
    if (!any_subdomain) return candidate.host == origin.host;
    return candidate.host.size() > origin.host.size() + 1 &&
           candidate.host.ends_with(origin.host) &&
           candidate.host[candidate.host.size() - origin.host.size() - 1] == '.';
}

}  // namespace voxpop::config
