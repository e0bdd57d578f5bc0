#include "base/ip_network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace voxpop::base {
namespace {

constexpr unsigned kMappedBits = 96;  // before an IPv4 address in its IPv6 form
constexpr unsigned kAddressBits = 128;

bool is_v6(std::string_view text) {
    return text.contains(':');
}

}  // namespace

std::optional<IpBytes> parse_ip(std::string_view text) {
    const std::string terminated(text);
    IpBytes bytes{};
    if (is_v6(text)) {
        if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) != 1) return std::nullopt;
        return bytes;
    }
    bytes[10] = bytes[11] = 0xff;
    if (inet_pton(AF_INET, terminated.c_str(), &bytes[kMappedBits / 8]) != 1) return std::nullopt;
    return bytes;
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = parse_ip(text.substr(0, slash));
    if (!address) return std::nullopt;
    if (slash == std::string_view::npos) return IpNetwork(*address, kAddressBits);
    const auto prefix = text.substr(slash + 1);
    const unsigned offset = is_v6(text) ? 0 : kMappedBits;
    unsigned bits = 0;
    const char* last = prefix.data() + prefix.size();
    const auto [end, error] = std::from_chars(prefix.data(), last, bits);
    if (error != std::errc{} || end != last || bits > kAddressBits - offset) return std::nullopt;
    return IpNetwork(*address, offset + bits);
}

bool IpNetwork::contains(const IpBytes& address) const {
    const unsigned whole = bits_ / 8;
    if (!std::equal(address.begin(), address.begin() + whole, address_.begin())) return false;
    const unsigned rest = bits_ % 8;
    if (rest == 0) return true;
    const unsigned differing = static_cast<unsigned>(address[whole]) ^ address_[whole];
    return differing >> (8 - rest) == 0;
}

}  // namespace voxpop::base
