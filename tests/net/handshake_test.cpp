#include "net/handshake.hpp"

#include <catch2/catch.hpp>

namespace voxpop::net {
namespace {

namespace http = boost::beast::http;
using http::field;

Request good_request() {
    Request request(http::verb::get, "/connection/websocket", 11);
    request.set(field::host, "live.example");
    request.set(field::connection, "keep-alive, Upgrade");
    request.set(field::upgrade, "WebSocket");
    request.set(field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
    request.set(field::sec_websocket_version, "13");
    return request;
}

TEST_CASE("handshake: what RFC 6455 asks for is accepted", "[net]") {
    const auto handshake = check_handshake(good_request(), true);
    CHECK(handshake.status == 101);
    CHECK(handshake.subprotocol.empty());
}

TEST_CASE("handshake: a request that is no upgrade is told to upgrade", "[net]") {
    const auto missing = GENERATE(field::connection, field::upgrade);
    auto request = good_request();
    request.erase(missing);
    CHECK(check_handshake(request, true).status == 426);
}

TEST_CASE("handshake: a key that is empty, short, long or not base 64 is refused", "[net]") {
    const auto* key = GENERATE(
        "", "dGhlIHNhbXBsZQ==", "dGhlIHNhbXBsZSBub25jZSE=", "dGhlIHNhbXBsZSBub25jZQ==AA",
        "dGhlIHNhbXBsZSBub25j!Q==", "dGhlIHNhbXBsZSBub25jZQ"
    );
    CAPTURE(key);
    auto request = good_request();
    request.set(field::sec_websocket_key, key);
    CHECK(check_handshake(request, true).status == 400);
}

TEST_CASE("handshake: a key that is missing or given twice is refused", "[net]") {
    auto request = good_request();
    request.insert(field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
    CHECK(check_handshake(request, true).status == 400);
    request.erase(field::sec_websocket_key);
    CHECK(check_handshake(request, true).status == 400);
}

TEST_CASE("handshake: another method, HTTP version or WebSocket version is refused", "[net]") {
    auto post = good_request();
    post.method(http::verb::post);
    CHECK(check_handshake(post, true).status == 400);
    auto old = good_request();
    old.version(10);
    CHECK(check_handshake(old, true).status == 400);
    auto draft = good_request();
    draft.set(field::sec_websocket_version, "8");
    CHECK(check_handshake(draft, true).status == 426);
}

TEST_CASE("handshake: an origin that is not allowed is refused", "[net]") {
    CHECK(check_handshake(good_request(), false).status == 403);
}

TEST_CASE("handshake: of the subprotocols offered ours is echoed, others alone refused", "[net]") {
    auto request = good_request();
    request.set(field::sec_websocket_protocol, "centrifuge-protobuf, centrifuge-json");
    CHECK(check_handshake(request, true).subprotocol == "centrifuge-json");
    request.set(field::sec_websocket_protocol, "centrifuge-protobuf");
    CHECK(check_handshake(request, true).status == 400);
}

TEST_CASE("handshake: a page of this very server is known by its host and port", "[net]") {
    CHECK(is_own_origin("https://live.example", "live.example"));
    CHECK(is_own_origin("http://LIVE.example:8000", "live.example:8000"));
    CHECK_FALSE(is_own_origin("http://live.example:8001", "live.example:8000"));
    CHECK_FALSE(is_own_origin("https://evil.example", "live.example"));
    CHECK_FALSE(is_own_origin("https://live.example.evil", "live.example"));
    CHECK_FALSE(is_own_origin("null", "live.example"));
    CHECK_FALSE(is_own_origin("", ""));
}

}  // namespace
}  // namespace voxpop::net
