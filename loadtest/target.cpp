#include "loadtest/target.hpp"

#include <arpa/inet.h>
#include <netdb.h>

#include <charconv>
#include <cstring>
#include <memory>

namespace voxpop::load {

namespace {

std::unexpected<std::string> bad(std::string_view url, std::string_view why) {
    return std::unexpected("\"" + std::string(url) + "\": " + std::string(why));
}

std::expected<sockaddr_in, std::string> resolve(const std::string& host, std::uint16_t port) {
    addrinfo wanted{};
    wanted.ai_family = AF_INET;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found); error != 0) {
        return std::unexpected(host + ": " + ::gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);
    sockaddr_in address{};
    std::memcpy(&address, list->ai_addr, sizeof address);
    address.sin_port = htons(port);
    return address;
}

}  // namespace

bool Target::is_loopback() const {
    return ntohl(address.sin_addr.s_addr) >> 24 == 127;
}

std::expected<Target, std::string> parse_target(std::string_view url) {
    constexpr std::string_view kScheme = "ws://";
    if (url.starts_with("wss://")) {
        return bad(url, "TLS is not supported; aim at the node behind the TLS proxy with ws://");
    }
    if (!url.starts_with(kScheme)) return bad(url, "an address begins with ws://");
    auto rest = url.substr(kScheme.size());
    const auto slash = rest.find('/');
    const auto authority = rest.substr(0, slash);
    Target target;
    target.path =
        slash == std::string_view::npos ? "/connection/websocket" : std::string(rest.substr(slash));
    const auto colon = authority.rfind(':');
    target.host = authority.substr(0, colon);
    if (target.host.empty()) return bad(url, "the host is missing");
    if (colon != std::string_view::npos) {
        const auto digits = authority.substr(colon + 1);
        const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), target.port);
        if (end.ec != std::errc{} || end.ptr != digits.data() + digits.size()) {
            return bad(url, "the port is not a number up to 65535");
        }
    }
    auto address = resolve(target.host, target.port);
    if (!address) return std::unexpected(address.error());
    target.address = *address;
    return target;
}

std::expected<std::vector<Target>, std::string> parse_targets(std::string_view urls) {
    std::vector<Target> targets;
    while (!urls.empty()) {
        const auto comma = urls.find(',');
        auto target = parse_target(urls.substr(0, comma));
        if (!target) return std::unexpected(target.error());
        targets.push_back(*std::move(target));
        if (comma == std::string_view::npos) break;
        urls.remove_prefix(comma + 1);
    }
    if (targets.empty()) return std::unexpected("no address was given");
    return targets;
}

}  // namespace voxpop::load
