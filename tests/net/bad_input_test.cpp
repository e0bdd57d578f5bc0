// What a broken or hostile WebSocket client gets: the documented close code, and nobody else
// notices.
#include <catch2/catch.hpp>

#include "base/limits.hpp"
#include "server_fixture.hpp"
#include "socket_client.hpp"

using namespace voxpop;
using namespace voxpop::net;
namespace limits = voxpop::base::limits;

namespace {

std::string rpc(std::size_t data_bytes) {
    return R"({"rpc":{"method":"write.a","data":")" + std::string(data_bytes, 'x') +
           R"("},"id":2})";
}

// The close frame that `frames`, sent by a connected client, lead to.
std::string closed_by(const std::string& frames) {
    ServerFixture fixture;
    SocketClient client(fixture.port);
    SocketClient bystander(fixture.port);
    bystander.connect();
    client.connect();
    client.send(frames);
    const std::string said = client.frame().value_or("nothing");
    client.send(client_frame(kClose, ""));
    CHECK(client.ends());
    bystander.send(client_frame(kPing, "still here"));
    CHECK(bystander.frame() == "pong still here");
    return said;
}

}  // namespace

TEST_CASE("bad input: malformed commands close with 3501", "[net]") {
    const auto* text = GENERATE("{", "nonsense", "{}", "[]", R"({"id":2})", "\n");
    CAPTURE(text);
    CHECK(closed_by(client_frame(kText, text)) == "close 3501 bad request");
}

TEST_CASE("bad input: an empty frame closes with 3501", "[net]") {
    CHECK(closed_by(client_frame(kText, "")) == "close 3501 bad request");
}

TEST_CASE("bad input: a binary frame closes with 1003", "[net]") {
    CHECK(closed_by(client_frame(kBinary, "{}")) == "close 1003 text only");
}

TEST_CASE("bad input: text that is not UTF-8 closes with 1007", "[net]") {
    CHECK(closed_by(client_frame(kText, "\xff")).starts_with("close 1007"));
    CHECK(closed_by(client_frame(kText, "{\"\xc3\"}")).starts_with("close 1007"));
    // A sequence cut by the end, hidden by an empty last fragment.
    CHECK(closed_by(client_frame(kTextUnfinished, "{\"\xc3") + client_frame(kContinuation, ""))
              .starts_with("close 1007"));
}

TEST_CASE("bad input: an unmasked frame closes with 1002", "[net]") {
    CHECK(closed_by(client_frame(kText, "{}", false)).starts_with("close 1002"));
}

TEST_CASE("bad input: only the first frame may be large, and 1009 says so", "[net]") {
    CHECK(closed_by(client_frame(kText, rpc(limits::kCommandBytesMax))).starts_with("close 1009"));

    ServerFixture fixture;
    SocketClient client(fixture.port);
    client.upgrade();
    const std::string padding(limits::kFirstFrameBytesMax - 200, 'x');
    client.send_text(R"({"connect":{"data":")" + padding + R"("},"id":1})");
    CHECK(client.frame().value_or("").starts_with(R"({"id":1,"connect")"));
    fixture.backend.on_call = [&](std::string_view, std::string_view, ReplyTo to) {
        fixture.server->reply(to, "1");
    };
    client.send_text(rpc(limits::kCommandBytesMax - 100));
    CHECK(client.frame() == R"({"id":2,"rpc":{"data":1}})");

    SocketClient larger(fixture.port);
    larger.upgrade();
    larger.send_text(rpc(limits::kFirstFrameBytesMax));
    CHECK(larger.frame().value_or("").starts_with("close 1009"));
}

TEST_CASE("bad input: commands in fragments and many in one write are fine", "[net]") {
    ServerFixture fixture;
    fixture.backend.on_call = [&](std::string_view, std::string_view data, ReplyTo to) {
        fixture.server->reply(to, data);
    };
    SocketClient client(fixture.port);
    client.connect();
    client.send(client_frame(kTextUnfinished, R"({"rpc":{"method":"write.a",)"));
    client.send(client_frame(kContinuation, R"("data":"abc"},"id":2})"));
    CHECK(client.frame() == R"({"id":2,"rpc":{"data":"abc"}})");

    std::string frames;
    for (int id = 3; id < 103; ++id) {
        frames += client_frame(
            kText, R"({"rpc":{"method":"write.a","data":1},"id":)" + std::to_string(id) + "}"
        );
    }
    const auto sends = fixture.sends();
    client.send(frames);
    std::string lines;
    while (lines.find(R"("id":102)") == std::string::npos) lines += client.frame().value() + "\n";
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 100);
    // Answers of one wake-up share a send.
    CHECK(fixture.sends() - sends < 50);
}

TEST_CASE("bad input: who upgrades and says nothing is stale", "[net]") {
    ServerFixture fixture({.connect_timeout = std::chrono::milliseconds(100)});
    SocketClient client(fixture.port);
    client.upgrade();
    CHECK(client.frame() == "close 3502 stale");
}

TEST_CASE("bad input: who never answers a ping is closed", "[net]") {
    ServerFixture fixture(
        {.ping_interval = std::chrono::milliseconds(100),
         .pong_timeout = std::chrono::milliseconds(100)}
    );
    SocketClient client(fixture.port);
    client.connect();
    CHECK(client.frame() == "{}");
    CHECK(client.frame() == "close 3012 no pong");
}

TEST_CASE("bad input: a client that vanishes is forgotten", "[net]") {
    ServerFixture fixture;
    fixture.open(stream_channel("thread:a", 7));
    {
        SocketClient client(fixture.port);
        client.connect();
        client.send_text(R"({"subscribe":{"channel":"thread:a"},"id":2})");
        CHECK(client.frame().has_value());
    }
    while (fixture.run([&] { return fixture.server->session_count(); }) > 0) {
    }
    CHECK(fixture.run([&] { return fixture.server->presence("thread:a").clients; }) == 0);
    CHECK(fixture.run([&] { return fixture.backend.gone.size(); }) == 1);
}

TEST_CASE("bad input: a close frame is answered with its code", "[net]") {
    ServerFixture fixture;
    SocketClient client(fixture.port);
    client.connect();
    client.send(client_frame(kClose, "\x03\xe8"));
    CHECK(client.frame() == "close 1000");
    CHECK(client.ends());
}
