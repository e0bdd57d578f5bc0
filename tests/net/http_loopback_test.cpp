// Plain HTTP over a socket: keep-alive, HEAD, limits, slow senders.
#include <catch2/catch.hpp>

#include "base/limits.hpp"
#include "server_fixture.hpp"
#include "socket_client.hpp"

using namespace voxpop;
using namespace voxpop::net;
namespace limits = voxpop::base::limits;

namespace {

std::string get(std::string_view target, std::string_view more = "") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n";
}

std::string post(std::size_t bytes) {
    return "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
           std::string(bytes, 'b');
}

}  // namespace

TEST_CASE("http: requests one after another on one connection, also all at once", "[net]") {
    ServerFixture fixture;
    SocketClient client(fixture.port);
    client.send(get("/a%20b?x=1"));
    CHECK(client.response().ends_with("\r\n\r\nGET /a b x=1"));
    client.send(get("/one") + post(3) + get("/two"));
    CHECK(client.response().ends_with("GET /one"));
    CHECK(client.response().ends_with("POST /p bbb"));
    CHECK(client.response().ends_with("GET /two"));
}

TEST_CASE("http: HEAD is GET without the body", "[net]") {
    ServerFixture fixture;
    SocketClient client(fixture.port);
    client.send("HEAD /abc HTTP/1.1\r\nHost: a\r\n\r\n" + get("/next"));
    const std::string response = client.response(true);
    CHECK(response.find("Content-Length: 8\r\n") != std::string::npos);
    CHECK(response.ends_with("\r\n\r\n"));
    CHECK(client.response().ends_with("GET /next"));
}

TEST_CASE("http: no content has no length", "[net]") {
    ServerFixture fixture;
    SocketClient client(fixture.port);
    client.send(get("/empty") + get("/next"));
    const std::string response = client.response();
    CHECK(response.starts_with("HTTP/1.1 204"));
    CHECK(response.find("Content-") == std::string::npos);
    CHECK(client.response().ends_with("GET /next"));
}

TEST_CASE("http: a client that asks for it is hung up on", "[net]") {
    ServerFixture fixture;
    SocketClient client(fixture.port);
    client.send(get("/a", "Connection: close\r\n"));
    CHECK(client.response().starts_with("HTTP/1.1 200"));
    CHECK(client.ends());
}

TEST_CASE("http: what cannot be served gets its status and a JSON error", "[net]") {
    const auto [request, status, code] = GENERATE(table<std::string, std::string, std::string>({
        {"nonsense\r\n\r\n", "400", "107"},
        {"GET / HTTP/3.7\r\nHost: a\r\n\r\n", "400", "107"},
        {"GET / HTTP/1.1\r\n\r\n", "400", "107"},
        {get("/../etc/passwd"), "400", "107"},
        {get("/%2e%2e/etc/passwd"), "400", "107"},
        {get("/a", "X: b\r\n c\r\n"), "400", "107"},
        {"BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", "405", "108"},
        {"DELETE /a HTTP/1.1\r\nHost: a\r\n\r\n", "405", "108"},
        {post(limits::kHttpBodyBytesMax + 1), "413", "106"},
        {get("/a", "X: " + std::string(limits::kHttpHeaderBytesMax, 'x') + "\r\n"), "431", "106"},
        {get("/a", "Content-Length: 1\r\nContent-Length: 2\r\n"), "400", "107"},
        {get("/a", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), "400", "107"},
    }));
    ServerFixture fixture;
    SocketClient client(fixture.port);
    client.send(request);
    CAPTURE(request.substr(0, 60));
    const std::string response = client.response();
    CHECK(response.substr(0, 12) == "HTTP/1.1 " + status);
    CHECK(response.find(R"({"error":{"code":)" + code) != std::string::npos);
    CHECK(client.ends());
}

TEST_CASE("http: a body up to its limit is taken", "[net]") {
    ServerFixture fixture;
    SocketClient client(fixture.port);
    client.send(post(limits::kHttpBodyBytesMax));
    CHECK(client.response().starts_with("HTTP/1.1 200"));
}

TEST_CASE("http: who sends a request byte by byte is hung up on", "[net]") {
    ServerFixture fixture({.handshake_timeout = std::chrono::milliseconds(200)});
    SocketClient silent(fixture.port);
    SocketClient slow(fixture.port);
    slow.send("GET / HTTP/1.1\r\nHo");
    CHECK(slow.ends());
    CHECK(silent.ends());
}
