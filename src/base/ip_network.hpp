// A block of IP addresses, as operators write it: "10.0.0.0/8", "2001:db8::/32", or one address.
// An IPv4 address is held as its IPv6 form (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2), so that one
// that came through a socket of either kind is the same. A value; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace voxpop::base {

using IpBytes = std::array<std::uint8_t, 16>;

// Nothing for names, ports, zones and whatever else is no address.
[[nodiscard]] std::optional<IpBytes> parse_ip(std::string_view text);

class IpNetwork {
  public:
    // Nothing for what is no block; bits after the prefix are ignored.
    [[nodiscard]] static std::optional<IpNetwork> parse(std::string_view text);
    [[nodiscard]] bool contains(const IpBytes& address) const;

  private:
    IpNetwork(const IpBytes& address, unsigned bits) : address_(address), bits_(bits) {}

    IpBytes address_;
    unsigned bits_;  // of the prefix, 0 to 128
};

}  // namespace voxpop::base
