#include "base/ip_network.hpp"

#include <catch2/catch.hpp>

namespace voxpop::base {
namespace {

bool within(const char* network, const char* address) {
    return IpNetwork::parse(network).value().contains(parse_ip(address).value());
}

TEST_CASE("ip network: what is within a block and what is not", "[base]") {
    CHECK(within("10.0.0.0/8", "10.255.0.1"));
    CHECK_FALSE(within("10.0.0.0/8", "11.0.0.1"));
    CHECK(within("192.168.4.0/22", "192.168.7.255"));
    CHECK_FALSE(within("192.168.4.0/22", "192.168.8.0"));
    CHECK(within("127.0.0.1", "127.0.0.1"));
    CHECK_FALSE(within("127.0.0.1", "127.0.0.2"));
    CHECK(within("2001:db8::/33", "2001:db8:7fff::1"));
    CHECK_FALSE(within("2001:db8::/33", "2001:db8:8000::1"));
}

TEST_CASE("ip network: the whole of one family holds nothing of the other", "[base]") {
    CHECK(within("0.0.0.0/0", "203.0.113.7"));
    CHECK_FALSE(within("0.0.0.0/0", "2001:db8::1"));
    CHECK(within("::/0", "2001:db8::1"));
    CHECK(within("10.0.0.0/8", "::ffff:10.1.2.3"));
}

TEST_CASE("ip network: what is no block", "[base]") {
    for (const char* text :
         {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8 ", "::1/129",
          "proxy.example", "10.0.0.1:80", "[::1]", "10.0.0"}) {
        CAPTURE(text);
        CHECK_FALSE(IpNetwork::parse(text));
    }
}

}  // namespace
}  // namespace voxpop::base
