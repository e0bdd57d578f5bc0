#include "net/forwarded.hpp"

#include <algorithm>

namespace voxpop::net {
namespace {

namespace ip = boost::asio::ip;

base::IpBytes bytes_of(const ip::address& address) {
    if (address.is_v6()) return address.to_v6().to_bytes();
    return ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes();
}

ip::address address_of(const base::IpBytes& bytes) {
    const ip::address_v6 address(bytes);
    if (address.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address);
    return address;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

ip::address client_address(
    const ip::address& peer, std::string_view forwarded, std::span<const base::IpNetwork> trusted
) {
    auto client = bytes_of(peer);
    const auto is_proxy = [&](const base::IpNetwork& network) { return network.contains(client); };
    bool moved = false;
    while (!forwarded.empty() && std::ranges::any_of(trusted, is_proxy)) {
        const auto comma = forwarded.rfind(',');
        const bool last = comma == std::string_view::npos;
        const auto before = base::parse_ip(trimmed(last ? forwarded : forwarded.substr(comma + 1)));
        if (!before) break;
        client = *before;
        moved = true;
        forwarded = last ? std::string_view{} : forwarded.substr(0, comma);
    }
    return moved ? address_of(client) : peer;
}

}  // namespace voxpop::net
