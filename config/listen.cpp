#include "config/listen.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace voxpop::config {
namespace {

bool is_address(int family, const std::string& text) {
    in6_addr room{};  // large enough for both families
    return inet_pton(family, text.c_str(), &room) == 1;
}

bool parse_port(std::string_view text, std::uint16_t& port) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::expected<Listen, std::string> parse_listen(std::string_view text) {
    const auto refused = std::unexpected(
        "expected an IP address and a port, as 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080, not '" +
        std::string(text) + "'"
    );
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return refused;
    Listen listen;
    std::string_view address = text.substr(0, colon);
    const bool bracketed = address.size() > 2 && address.front() == '[' && address.back() == ']';
    if (bracketed) address = address.substr(1, address.size() - 2);
    listen.address = address;
    if (!is_address(bracketed ? AF_INET6 : AF_INET, listen.address)) return refused;
    if (!parse_port(text.substr(colon + 1), listen.port)) return refused;
    return listen;
}

std::string to_string(const Listen& listen) {
    const bool v6 = listen.address.contains(':');
    return (v6 ? "[" + listen.address + "]" : listen.address) + ":" + std::to_string(listen.port);
}

}  // namespace voxpop::config
