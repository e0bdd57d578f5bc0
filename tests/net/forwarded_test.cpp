#include "net/forwarded.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace voxpop::net {
namespace {

using boost::asio::ip::make_address;

const std::vector<base::IpNetwork> kProxies{
    *base::IpNetwork::parse("10.0.0.0/8"), *base::IpNetwork::parse("2001:db8::/32")
};

std::string client(const char* peer, std::string_view forwarded) {
    return client_address(make_address(peer), forwarded, kProxies).to_string();
}

TEST_CASE("forwarded: the client is the last that is not a trusted proxy", "[net]") {
    CHECK(client("10.1.2.3", "203.0.113.7") == "203.0.113.7");
    CHECK(client("10.1.2.3", "203.0.113.7, 10.9.9.9") == "203.0.113.7");
    CHECK(client("10.1.2.3", "1.1.1.1,\t203.0.113.7 ,2001:db8::1") == "203.0.113.7");
    CHECK(client("2001:db8::5", "2001:db9::1") == "2001:db9::1");
    CHECK(client("::ffff:10.1.2.3", "203.0.113.7") == "203.0.113.7");
    CHECK(client("10.1.2.3", "10.0.0.1, 10.0.0.2") == "10.0.0.1");
}

TEST_CASE("forwarded: who is no trusted proxy is believed nothing", "[net]") {
    CHECK(client("203.0.113.7", "1.1.1.1") == "203.0.113.7");
    CHECK(client("10.1.2.3", "1.1.1.1, 203.0.113.7") == "203.0.113.7");
    CHECK(client_address(make_address("10.1.2.3"), "1.1.1.1", {}) == make_address("10.1.2.3"));
}

TEST_CASE("forwarded: what is no address leaves the proxy that wrote it", "[net]") {
    CHECK(client("10.1.2.3", "") == "10.1.2.3");
    CHECK(client("10.1.2.3", "unknown") == "10.1.2.3");
    CHECK(client("10.1.2.3", "1.1.1.1, unknown, 10.0.0.9") == "10.0.0.9");
    CHECK(client("10.1.2.3", "203.0.113.7:4711") == "10.1.2.3");
    CHECK(client("10.1.2.3", ",,") == "10.1.2.3");
}

}  // namespace
}  // namespace voxpop::net
