// What a client meets on one connection: the order of its commands, refusals, time-outs.
// Subscriptions are in session_subscribe_test.cpp.
#include "net/session.hpp"

#include <catch2/catch.hpp>

#include "base/limits.hpp"
#include "session_rig.hpp"

namespace voxpop::net {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using test::is_error;
using test::SessionRig;
using Lines = std::vector<std::string>;

TEST_CASE("session: connect is answered with who, where and how to ping", "[net]") {
    SessionRig rig;
    rig.backend.welcome->data = R"({"user":"u1"})";
    rig.backend.welcome->ttl = 60s;
    const auto lines = rig.answer_to(R"({"connect":{"token":"t","name":"js"},"id":1})");
    CHECK(rig.backend.tokens == Lines{"t"});
    CHECK(
        lines == Lines{R"({"id":1,"connect":{"client":"n-0-7","version":"v","expires":true,)"
                       R"("ttl":60,"data":{"user":"u1"},"ping":25,"pong":true,"node":"n"}})"}
    );
    CHECK(rig.session->connected());
}

TEST_CASE("session: the first command must be connect", "[net]") {
    const auto* first = GENERATE(
        R"({"id":1,"subscribe":{"channel":"poll:a"}})", R"({"id":1,"rpc":{"method":"vote"}})", "{}",
        R"({"send":{"data":1}})"
    );
    SessionRig rig;
    CHECK(rig.answer_to(first) == Lines{"close 3501"});
    CHECK(rig.wire.closings == 1);
    CHECK(rig.backend.calls.empty());
}

TEST_CASE("session: a second connect closes", "[net]") {
    SessionRig rig;
    rig.connect();
    CHECK(rig.answer_to(R"({"id":2,"connect":{}})") == Lines{"close 3501"});
}

TEST_CASE("session: a frame that is no command closes", "[net]") {
    const auto* bad = GENERATE(
        "", "\n", "x", "[]", "{", R"({"id":2})", R"({"rpc":{"method":"vote"}})",
        R"({"id":0,"rpc":{}})", R"({"id":2,"rpc":{},"history":{}})", R"({"id":2,"rpc":[]})",
        "{\"id\":2,\"rpc\":{\"method\":\"vote\"}}\n\n"
    );
    SessionRig rig;
    rig.connect();
    const auto lines = rig.answer_to(bad);
    REQUIRE_FALSE(lines.empty());
    CHECK(lines.back() == "close 3501");
}

TEST_CASE("session: more commands in one frame than are allowed close", "[net]") {
    SessionRig rig;
    rig.connect();
    std::string frame;
    for (std::size_t i = 0; i <= base::limits::kCommandsPerFrameMax; ++i) {
        frame += R"({"id":)" + std::to_string(i + 2) + R"(,"unsubscribe":{"channel":"c"}})" + "\n";
    }
    CHECK(rig.answer_to(frame).back() == "close 3501");
}

TEST_CASE("session: a command may be as long as the first frame only before connect", "[net]") {
    SessionRig rig;
    const std::string pad(rig.options.command_bytes_max, ' ');
    CHECK(rig.session->frame_bytes_max() == rig.options.first_frame_bytes_max);
    rig.say(R"({"id":1,"connect":{"data":")" + pad + R"("}})");
    CHECK(rig.session->connected());
    CHECK(rig.session->frame_bytes_max() == rig.options.command_bytes_max);
    CHECK(rig.answer_to(R"({"id":2,"rpc":{"data":")" + pad + R"("}})").back() == "close 3501");
}

TEST_CASE("session: a bad token is told to stop, a stale one to come again", "[net]") {
    SessionRig bad;
    bad.backend.welcome = base::fail(ErrorCode::unauthorized);
    CHECK(bad.answer_to(R"({"id":1,"connect":{"token":"x"}})") == Lines{"close 3500"});

    SessionRig stale;
    stale.backend.welcome = base::fail(ErrorCode::token_expired);
    const auto lines = stale.answer_to(
        "{\"id\":1,\"connect\":{\"token\":\"x\"}}\n{\"id\":2,\"subscribe\":{\"channel\":\"poll:a\"}"
        "}"
    );
    REQUIRE(lines.size() == 2);
    CHECK(is_error(lines[0], 1, 109));
    CHECK(lines[1] == "close 3000");
    CHECK_FALSE(stale.session->connected());
}

TEST_CASE("session: commands that are not served are refused by their number", "[net]") {
    SessionRig rig;
    rig.connect();
    const auto refused = [&](std::string_view command, int code) {
        const auto lines = rig.answer_to(command);
        REQUIRE(lines.size() == 1);
        CHECK(is_error(lines[0], 2, code));
    };
    refused(R"({"id":2,"rpc":{"method":"fly"}})", 104);
    refused(R"({"id":2,"publish":{"channel":"poll:a","data":{}}})", 108);
    refused(R"({"id":2,"presence":{"channel":"poll:a"}})", 108);
    refused(R"({"id":2,"sub_refresh":{"channel":"poll:a"}})", 108);
    refused(R"({"id":2,"history":{"channel":"thread:a"}})", 103);  // not subscribed
    CHECK(rig.answer_to(R"({"send":{"data":{}}})") == Lines{"close 3508"});
}

TEST_CASE("session: a remote call gets its arguments as they were sent", "[net]") {
    SessionRig rig;
    rig.connect();
    rig.say(R"({"rpc":{"data":{"b": [1, "\u00e9"]},"method":"vote"},"id":2})");
    REQUIRE(rig.backend.calls.size() == 1);
    CHECK(rig.backend.calls[0].method == "vote");
    CHECK(rig.backend.calls[0].data == R"({"b": [1, "\u00e9"]})");
    CHECK(rig.backend.calls[0].reply_to.session == 7);
    rig.session->reply(2, R"({"ok":true})");
    CHECK(rig.heard() == Lines{R"({"id":2,"rpc":{"data":{"ok":true}}})"});
}

TEST_CASE("session: writes overlap; everything else waits and is waited for", "[net]") {
    SessionRig rig;
    rig.connect();
    const auto started = [&] {
        std::string methods;
        for (const auto& call : rig.backend.calls) methods += call.method + " ";
        return methods;
    };
    rig.say(
        "{\"id\":2,\"rpc\":{\"method\":\"vote\"}}\n{\"id\":3,\"rpc\":{\"method\":\"vote\"}}\n"
        "{\"id\":4,\"rpc\":{\"method\":\"page\"}}\n{\"id\":5,\"rpc\":{\"method\":\"vote\"}}"
    );
    CHECK(started() == "vote vote ");
    rig.session->reply(2, "1");
    CHECK(started() == "vote vote ");
    rig.session->fail(3, {ErrorCode::poll_closed, {}});
    CHECK(started() == "vote vote page ");
    rig.session->reply(4, "1");
    CHECK(started() == "vote vote page vote ");
    rig.session->reply(5, "1");
    const auto lines = rig.heard();
    REQUIRE(lines.size() == 4);
    CHECK(is_error(lines[1], 3, 403));
}

TEST_CASE("session: a command behind a waiting one waits too, even if it is refused", "[net]") {
    SessionRig rig;
    rig.connect();
    rig.say(
        "{\"id\":2,\"rpc\":{\"method\":\"page\"}}\n{\"id\":3,\"rpc\":{\"method\":\"fly\"}}\n"
        "{\"id\":4,\"presence_stats\":{\"channel\":\"poll:a\"}}"
    );
    CHECK(rig.heard().empty());
    rig.session->reply(2, "1");
    const auto lines = rig.heard();
    REQUIRE(lines.size() == 3);
    CHECK(is_error(lines[1], 3, 104));
    CHECK(lines[2] == R"({"id":4,"presence_stats":{"num_clients":3,"num_users":2}})");
}

TEST_CASE("session: one that holds too much is not read until there is room again", "[net]") {
    SessionRig rig;
    rig.connect();
    rig.say(R"({"id":2,"rpc":{"method":"page"}})");
    for (std::size_t i = 0; i < base::limits::kPendingCommandsMax; ++i) {
        CHECK(rig.session->wants_frames());
        rig.say(R"({"id":3,"rpc":{"method":"vote"}})");
    }
    CHECK_FALSE(rig.session->wants_frames());
    CHECK(rig.wire.resumed == 0);
    rig.session->reply(2, "1");
    CHECK(rig.session->wants_frames());
    CHECK(rig.wire.resumed == 1);
    CHECK(rig.backend.calls.size() == base::limits::kPendingCommandsMax + 1);
}

TEST_CASE("session: few large commands that wait are bounded by their bytes", "[net]") {
    SessionRig rig({.command_bytes_max = 1'000, .first_frame_bytes_max = 2'000});
    rig.connect();
    rig.say(R"({"id":2,"rpc":{"method":"page"}})");
    const std::string large =
        R"({"id":3,"rpc":{"method":"vote","data":")" + std::string(900, 'x') + R"("}})";
    rig.say(large);
    rig.say(large);
    CHECK(rig.session->wants_frames());
    rig.say(large);
    CHECK_FALSE(rig.session->wants_frames());
    rig.session->reply(2, "1");
    CHECK(rig.session->wants_frames());
}

TEST_CASE("session: one that does not connect in time is closed", "[net]") {
    SessionRig rig;
    rig.advance(rig.options.connect_timeout - 1ms);
    CHECK(rig.heard().empty());
    rig.advance(1ms);
    CHECK(rig.heard() == Lines{"close 3502"});
}

TEST_CASE("session: a ping that is answered is followed by the next, else by the end", "[net]") {
    SessionRig rig;
    rig.connect();
    rig.advance(rig.options.ping_interval);  // the first comes earlier than that
    CHECK(rig.heard() == Lines{"{}"});
    CHECK(rig.answer_to("{}").empty());
    rig.advance(rig.options.ping_interval);
    CHECK(rig.heard() == Lines{"{}"});
    rig.advance(rig.options.pong_timeout - 1ms);
    CHECK(rig.heard().empty());
    rig.advance(1ms);
    CHECK(rig.heard() == Lines{"close 3012"});
}

TEST_CASE("session: a pong is heard behind commands that wait", "[net]") {
    SessionRig rig;
    rig.connect();
    rig.say("{\"id\":2,\"rpc\":{\"method\":\"page\"}}\n{\"id\":3,\"rpc\":{\"method\":\"vote\"}}");
    rig.advance(rig.options.ping_interval);
    CHECK(rig.answer_to("{}") == Lines{"{}"});
    rig.advance(rig.options.pong_timeout);
    CHECK_FALSE(rig.session->outbox().closed());
}

TEST_CASE("session: a pong that nobody asked for closes", "[net]") {
    SessionRig rig;
    rig.connect();
    CHECK(rig.answer_to("{}") == Lines{"close 3501"});
}

TEST_CASE("session: a token that is not refreshed ends the connection after its grace", "[net]") {
    SessionRig rig({.ping_interval = 1h});
    rig.backend.welcome->ttl = 60s;
    rig.connect();
    rig.advance(60s);
    CHECK(
        rig.answer_to(R"({"id":2,"refresh":{"token":"t2"}})") ==
        Lines{R"({"id":2,"refresh":{"client":"n-0-7","version":"v","expires":true,"ttl":60}})"}
    );
    rig.advance(60s);
    CHECK(rig.heard().empty());
    rig.advance(base::limits::kTokenGrace);
    CHECK(rig.heard() == Lines{"close 3005"});
}

TEST_CASE("session: answers that nobody reads end the connection as slow", "[net]") {
    SessionRig rig({.outbox_bytes_max = 1'000});
    rig.connect();
    rig.say("{\"id\":2,\"rpc\":{\"method\":\"vote\"}}\n{\"id\":3,\"rpc\":{\"method\":\"vote\"}}");
    const std::string large = '"' + std::string(600, 'x') + '"';
    rig.session->reply(2, large);
    CHECK_FALSE(rig.session->outbox().closed());
    rig.session->reply(3, large);
    CHECK(rig.heard() == Lines{"close 3008"});
    CHECK(rig.metrics.sum(base::Metric::slow_disconnects) == 1);
}

TEST_CASE("session: nothing is run or said after the close", "[net]") {
    SessionRig rig;
    rig.connect();
    rig.say("{\"id\":2,\"rpc\":{\"method\":\"page\"}}\n{\"id\":3,\"rpc\":{\"method\":\"vote\"}}");
    rig.session->close(close::kShutdown);
    rig.session->close(close::kSlow);
    rig.session->reply(2, "1");
    CHECK(rig.heard() == Lines{"close 3001"});
    CHECK(rig.backend.calls.size() == 1);
    CHECK(rig.wire.closings == 1);
    CHECK_FALSE(rig.session->wants_frames());
}

TEST_CASE("session: only who had connected is reported as gone", "[net]") {
    SessionRig rig;
    rig.session.reset();
    CHECK(rig.backend.gone.empty());
    SessionRig known;
    known.connect();
    known.session.reset();
    CHECK(known.backend.gone == std::vector<SessionId>{7});
}

}  // namespace
}  // namespace voxpop::net
