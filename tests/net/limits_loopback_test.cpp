// When something runs out: descriptors, sessions, a reader's patience.
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "server_fixture.hpp"
#include "socket_client.hpp"

using namespace voxpop;
using namespace voxpop::net;

namespace {

// Leaves the process no descriptor beyond those it has.
class NoDescriptors {
  public:
    NoDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const int next = ::dup(0);
        ::close(next);
        rlimit none = before_;
        none.rlim_cur = static_cast<rlim_t>(next);
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

  private:
    rlimit before_{};
};

}  // namespace

TEST_CASE("limits: without descriptors newcomers are hung up on, and served again later", "[net]") {
    ServerFixture fixture;
    SocketClient served(fixture.port);
    served.connect();
    std::promise<void> go;
    std::promise<void> held;
    boost::asio::post(fixture.io, [&] {
        held.set_value();
        go.get_future().wait();
    });
    held.get_future().wait(
    );  // the server's thread waits, so that the next ones stay in the backlog
    // Looked at afterwards: UBSan needs a descriptor of its own to check what Catch2 does.
    bool first_ends = false;
    bool second_ends = false;
    std::optional<std::string> pong;
    {
        SocketClient first(fixture.port);
        SocketClient second(fixture.port);
        const NoDescriptors none;
        go.set_value();
        first_ends = first.ends();
        second_ends = second.ends();
        served.send(client_frame(kPing, "a"));
        pong = served.frame();
    }
    CHECK(first_ends);
    CHECK(second_ends);
    CHECK(pong == "pong a");
    SocketClient later(fixture.port);
    later.connect();
}

TEST_CASE("limits: one session too many is told so", "[net]") {
    ServerFixture fixture({.sessions_max = 2});
    SocketClient first(fixture.port);
    SocketClient second(fixture.port);
    first.connect();
    second.connect();
    SocketClient third(fixture.port);
    third.send(handshake());
    const std::string response = third.response();
    CHECK(response.starts_with("HTTP/1.1 503"));
    CHECK(response.find(R"("temporary":true)") != std::string::npos);
}

TEST_CASE("limits: a client that never reads costs only itself", "[net]") {
    ServerFixture fixture({.outbox_bytes_max = 256 * 1024});
    const auto channel = stream_channel("thread:a", 7);
    fixture.open(channel);
    SocketClient quick(fixture.port);
    SocketClient lazy(fixture.port);
    for (auto* client : {&quick, &lazy}) {
        client->connect();
        client->send_text(R"({"subscribe":{"channel":"thread:a","flag":1},"id":2})");
        REQUIRE(client->frame().has_value());
    }
    const std::string text(1'000, 't');
    std::uint64_t offset = 0;
    const auto publish = [&] {
        ChannelUpdate update = stream_update(channel, ++offset);
        update.by_number = make_text_frame(std::to_string(offset) + " " + text);
        fixture.apply({std::move(update)});
    };
    // More than the kernel's buffers and the outbox can hold.
    while (fixture.metrics.sum(base::Metric::slow_resubscribes) == 0) {
        REQUIRE(offset < 20'000);
        publish();
        REQUIRE(quick.frame() == std::to_string(offset) + " " + text);
    }
    // What did get through is a whole prefix; then it is told to come again.
    std::uint64_t got = 0;
    for (;;) {
        const std::string line = lazy.frame().value();
        if (line.find(R"("unsubscribe":{"code":2500)") != std::string::npos) break;
        REQUIRE(line == std::to_string(++got) + " " + text);
    }
    CHECK(got > 0);
    CHECK(got < offset);
    publish();
    CHECK(quick.frame().has_value());
    lazy.send(client_frame(kPing, "b"));
    CHECK(lazy.frame() == "pong b");
}

TEST_CASE("limits: pings whose pongs nobody reads end the connection", "[net]") {
    ServerFixture fixture({.outbox_bytes_max = 64 * 1024});
    SocketClient client(fixture.port);
    client.connect();
    std::string pings;
    for (int i = 0; i < 1'000; ++i) pings += client_frame(kPing, std::string(125, 'p'));
    const auto sessions = [&] {
        return fixture.run([&] { return fixture.server->session_count(); });
    };
    int rounds = 0;
    while (sessions() > 0) {
        REQUIRE(++rounds < 1'000);
        client.send(pings);
    }
}
