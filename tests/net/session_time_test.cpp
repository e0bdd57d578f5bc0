// Deadlines of a session: connecting, pings and pongs, the token.
#include <catch2/catch.hpp>

#include "base/limits.hpp"
#include "session_fixture.hpp"

using namespace voxpop;
using namespace voxpop::net;
using namespace std::chrono_literals;
namespace limits = voxpop::base::limits;
using Frames = std::vector<std::string>;

TEST_CASE("time: who does not connect is stale", "[net]") {
    SessionFixture fixture;
    auto& client = fixture.client();
    fixture.pass(limits::kConnectTimeout - 1s);
    CHECK(client.take().empty());
    fixture.pass(2s);
    CHECK(client.take() == Frames{"close 3502 stale"});
}

TEST_CASE("time: the first ping comes at half the interval or later, spread", "[net]") {
    SessionFixture fixture;
    for (int i = 0; i < 50; ++i) (void)fixture.connected();
    const auto pinged = [&] {
        std::size_t count = 0;
        for (auto& [id, client] : fixture.clients) {
            if (client->taken().starts_with("{}")) ++count;
        }
        return count;
    };
    fixture.pass(limits::kPingInterval / 2 - 100ms);
    CHECK(pinged() == 0);
    fixture.pass(limits::kPingInterval / 4);
    const std::size_t early = pinged();
    CHECK(early > 10);
    CHECK(early < 40);
    fixture.pass(limits::kPingInterval / 4 + 300ms);
    CHECK(early + pinged() == 50);
}

TEST_CASE("time: a client that answers pings lives, one that does not is closed", "[net]") {
    SessionFixture fixture;
    auto& alive = fixture.connected();
    auto& silent = fixture.connected();
    int pings = 0;
    bool closed = false;
    for (int i = 0; i < 1'000; ++i) {
        fixture.pass(100ms);
        for (const auto& frame : alive.take()) {
            CHECK(frame == "{}");
            ++pings;
            alive.send("{}");
        }
        for (const auto& frame : silent.take()) closed = closed || frame == "close 3012 no pong";
    }
    CHECK(pings >= 3);  // 100 s
    CHECK(closed);
    CHECK_FALSE(alive.closed);
}

TEST_CASE("time: a pong that nobody asked for closes with 3501", "[net]") {
    SessionFixture fixture;
    auto& client = fixture.connected();
    fixture.pass(limits::kPingInterval);
    client.send("{}");
    CHECK_FALSE(client.closed);
    client.send("{}");
    CHECK(client.closed);
}

TEST_CASE("time: a token that is not refreshed ends the connection after its grace", "[net]") {
    SessionFixture fixture;
    fixture.options.ping_interval = 1h;
    fixture.backend.ttl = 60s;
    auto& client = fixture.client();
    client.send(R"({"connect":{"token":"ann"},"id":1})");
    CHECK(client.taken().find(R"("expires":true,"ttl":60)") != std::string::npos);
    fixture.pass(60s + limits::kTokenGrace - 1s);
    CHECK(client.take().empty());
    fixture.pass(2s);
    CHECK(client.take() == Frames{"close 3005 connection expired"});
}

TEST_CASE("time: a refreshed token carries the connection on", "[net]") {
    SessionFixture fixture;
    fixture.options.ping_interval = 1h;
    fixture.backend.ttl = 60s;
    fixture.backend.connect_errors = {
        {"old", base::ErrorCode::token_expired}, {"bad", base::ErrorCode::unauthorized}
    };
    auto& client = fixture.connected();
    fixture.pass(60s);
    client.send(R"({"refresh":{"token":"old"},"id":2})");
    CHECK(client.taken() == R"({"id":2,"error":{"code":109,"message":"token expired"}})");
    client.send(R"({"refresh":{"token":"new"},"id":3})");
    CHECK(
        client.taken() ==
        R"({"id":3,"refresh":{"client":"n-0-1","version":"v","expires":true,"ttl":60}})"
    );
    fixture.pass(60s);
    CHECK_FALSE(client.closed);
    client.send(R"({"refresh":{"token":"bad"},"id":4})");
    CHECK(client.take() == Frames{"close 3500 invalid token"});
}
