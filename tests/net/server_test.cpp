// The server as the application uses it: fan-out, answers, disconnecting, draining, being
// destroyed.
#include "net/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

#include "server_fixture.hpp"
#include "socket_client.hpp"

using namespace voxpop;
using namespace voxpop::net;

TEST_CASE("server: a tick reaches its subscribers, one send each", "[net]") {
    ServerFixture fixture;
    const auto thread = stream_channel("thread:a", 7);
    const auto poll = latest_channel("poll:p", 4);
    fixture.open(thread);
    fixture.open(poll);
    SocketClient first(fixture.port);
    SocketClient second(fixture.port);
    for (auto* client : {&first, &second}) {
        client->connect();
        client->send_text(R"({"subscribe":{"channel":"thread:a"},"id":2})"
                          "\n"
                          R"({"subscribe":{"channel":"poll:p"},"id":3})");
        CHECK(client->frame().has_value());
    }
    const auto sends = fixture.sends();
    fixture.apply({stream_update(thread, 1), value_update(poll, "5"), stream_update(thread, 2)});
    CHECK(fixture.sends() - sends == 2);
    for (auto* client : {&first, &second}) {
        CHECK(client->frame() == R"({"push":{"channel":"thread:a","pub":{"data":1,"offset":1}}})");
        CHECK(client->frame() == R"({"push":{"channel":"poll:p","pub":{"data":5}}})");
        CHECK(client->frame() == R"({"push":{"channel":"thread:a","pub":{"data":2,"offset":2}}})");
    }
}

TEST_CASE("server: answers of one wake-up leave in one send", "[net]") {
    ServerFixture fixture;
    SocketClient client(fixture.port);
    client.connect();
    client.send_text(R"({"rpc":{"method":"write.a"},"id":2})"
                     "\n"
                     R"({"rpc":{"method":"write.b"},"id":3})");
    while (fixture.run([&] { return fixture.backend.calls.size(); }) < 2) {
    }
    const auto sends = fixture.sends();
    fixture.run([&] {
        for (const auto& call : fixture.backend.calls) fixture.server->reply(call.to, "1");
        fixture.server->flush_replies();
        fixture.server->reply({.session = 999, .command = 1}, "1");  // of a session long gone
    });
    CHECK(client.frame() == "{\"id\":2,\"rpc\":{\"data\":1}}\n{\"id\":3,\"rpc\":{\"data\":1}}");
    CHECK(fixture.sends() - sends == 1);
}

TEST_CASE("server: an operator's disconnect gives its code and reason", "[net]") {
    ServerFixture fixture;
    SocketClient client(fixture.port);
    client.connect();
    fixture.run([&] { fixture.server->disconnect(1, 3503, "force disconnect"); });
    CHECK(client.frame() == "close 3503 force disconnect");
    client.send(client_frame(kClose, "\x0d\xaf"));
    CHECK(client.ends());
}

TEST_CASE("server: channels are known by name", "[net]") {
    ServerFixture fixture;
    fixture.open(latest_channel("poll:p", 4));
    CHECK(fixture.run([&] { return fixture.server->channel_number("poll:p"); }) == 4U);
    CHECK_FALSE(fixture.run([&] { return fixture.server->channel_number("poll:q"); }).has_value());
}

TEST_CASE("server: two may listen on one address, a third party may not", "[net]") {
    ServerFixture fixture;
    FakeBackend backend;
    EchoHandler http;
    base::Metrics metrics;
    base::Log log{base::LogLevel::off};
    base::SystemClock clock;
    boost::asio::io_context io{1};
    const boost::asio::ip::tcp::endpoint taken(
        boost::asio::ip::address_v4::loopback(), fixture.port
    );
    {
        Server second(io, backend, http, metrics, log, clock, {.endpoint = taken});
        CHECK(second.listen().port() == fixture.port);
    }
    boost::asio::ip::tcp::acceptor greedy(io, {taken.address(), 0}, false);
    Server third(io, backend, http, metrics, log, clock, {.endpoint = greedy.local_endpoint()});
    CHECK_THROWS_AS(third.listen(), std::runtime_error);
}

TEST_CASE("server: draining closes everybody with 3001 and takes nobody new", "[net]") {
    ServerFixture fixture;
    SocketClient first(fixture.port);
    SocketClient second(fixture.port);
    first.connect();
    second.connect();
    std::promise<void> drained;
    boost::asio::co_spawn(
        fixture.io, fixture.server->drain(std::chrono::milliseconds(20)),
        [&](std::exception_ptr) { drained.set_value(); }
    );
    for (auto* client : {&first, &second}) {
        CHECK(client->frame() == "close 3001 shutdown");
        client->send(client_frame(kClose, "\x0b\xb9"));
        CHECK(client->ends());
    }
    drained.get_future().wait();
    CHECK(fixture.run([&] { return fixture.server->session_count(); }) == 0);
}

TEST_CASE("server: destroyed with connections open, it leaves nothing behind", "[net]") {
    std::optional<ServerFixture> fixture(std::in_place);
    fixture->open(stream_channel("thread:a", 7));
    SocketClient idle(fixture->port);
    SocketClient speaking(fixture->port);
    SocketClient subscribed(fixture->port);
    speaking.send("GET /");
    subscribed.connect();
    subscribed.send_text(R"({"subscribe":{"channel":"thread:a"},"id":2})"
                         "\n"
                         R"({"rpc":{"method":"read.a"},"id":3})");
    CHECK(subscribed.frame().has_value());
    fixture.reset();
    CHECK(idle.ends());
    CHECK(subscribed.ends());
}
