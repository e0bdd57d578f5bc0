// Handshakes over a socket: good ones, and each way to get one wrong.
#include <catch2/catch.hpp>

#include "server_fixture.hpp"
#include "socket_client.hpp"

using namespace voxpop;
using namespace voxpop::net;

namespace {

std::string answer_to(const std::string& request) {
    ServerFixture fixture;
    SocketClient client(fixture.port);
    client.send(request);
    const std::string response = client.response();
    if (!response.starts_with("HTTP/1.1 101")) CHECK(client.ends());
    return response;
}

}  // namespace

TEST_CASE("handshake: the key is answered as RFC 6455 shows", "[net]") {
    const std::string response = answer_to(handshake());
    CHECK(response.starts_with("HTTP/1.1 101"));
    CHECK(response.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos);
    CHECK(response.find("Sec-WebSocket-Extensions") == std::string::npos);
}

TEST_CASE("handshake: our subprotocol is echoed over the wire", "[net]") {
    const auto response = answer_to(handshake("Sec-WebSocket-Protocol: x, centrifuge-json\r\n"));
    CHECK(response.find("Sec-WebSocket-Protocol: centrifuge-json\r\n") != std::string::npos);
}

TEST_CASE("handshake: what is wrong gets a status and a reason", "[net]") {
    const auto status = [](const std::string& request) {
        const std::string response = answer_to(request);
        CHECK(response.find(R"({"error":{"code":)") != std::string::npos);
        return response.substr(9, 3);
    };
    CHECK(status(handshake("", "short")) == "400");
    CHECK(status(handshake("Sec-WebSocket-Key: " + std::string(kSampleKey) + "\r\n")) == "400");
    CHECK(status(handshake("X-Folded: a\r\n b\r\n")) == "400");
    CHECK(status(handshake("Origin: https://evil.example\r\n")) == "403");
    CHECK(status(handshake("Sec-WebSocket-Protocol: centrifuge-protobuf\r\n")) == "400");
    CHECK(status("GET /connection/websocket HTTP/1.1\r\nHost: a\r\n\r\n") == "426");
    CHECK(status(handshake() + "early") == "400");
    CHECK(status("GET /connection/websocket HTTP/1.1\r\n\r\n") == "400");
}

TEST_CASE("handshake: an allowed origin gets in, and the application hears of it", "[net]") {
    CHECK(answer_to(handshake("Origin: https://news.example\r\n")).starts_with("HTTP/1.1 101"));
}

TEST_CASE("handshake: elsewhere than at its path it is an ordinary request", "[net]") {
    std::string request = handshake();
    request.replace(request.find("/connection/websocket"), 21, "/elsewhere");
    ServerFixture fixture;
    SocketClient client(fixture.port);
    client.send(request);
    CHECK(client.response().starts_with("HTTP/1.1 200"));
}
