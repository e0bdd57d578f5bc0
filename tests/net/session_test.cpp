// The protocol as a client meets it: connecting, the order of commands, errors and close codes.
#include "net/session.hpp"

#include <catch2/catch.hpp>

#include "base/limits.hpp"
#include "session_fixture.hpp"

using namespace voxpop;
using namespace voxpop::net;
using base::ErrorCode;
namespace limits = voxpop::base::limits;
using Frames = std::vector<std::string>;

namespace {

std::string rpc(std::uint32_t id, std::string_view method, std::string_view data = "{}") {
    return R"({"rpc":{"method":")" + std::string(method) + R"(","data":)" + std::string(data) +
           R"(},"id":)" + std::to_string(id) + "}";
}

std::string subscribe(std::uint32_t id, const std::string& channel, const std::string& more = "") {
    return R"({"subscribe":{"channel":")" + channel + '"' + more + R"(},"id":)" +
           std::to_string(id) + "}";
}

std::string error(std::uint32_t id, ErrorCode code) {
    std::string out = R"({"id":)" + std::to_string(id) + R"(,"error":{"code":)" +
                      std::to_string(static_cast<int>(code)) + R"(,"message":")" +
                      std::string(base::info(code).message) + '"';
    return out + (base::info(code).temporary ? R"(,"temporary":true}})" : "}}");
}

}  // namespace

TEST_CASE("session: connecting says who, where, and how often it pings", "[net]") {
    SessionFixture fixture;
    auto& client = fixture.client();
    client.send(R"({"connect":{"token":"ann"},"id":1})");
    CHECK(
        client.taken() ==
        R"({"id":1,"connect":{"client":"n-0-1","version":"v","ping":25,"pong":true,"node":"n"}})"
    );
    CHECK(fixture.backend.connected_with == Frames{"ann"});
    CHECK(client.session.connected());
}

TEST_CASE("session: connect and what follows it may share a frame", "[net]") {
    SessionFixture fixture;
    fixture.open(latest_channel("poll:p", 4));
    auto& client = fixture.client();
    client.send("{\"connect\":{},\"id\":1}\n" + subscribe(2, "poll:p") + "\n");
    const auto frames = client.take();
    REQUIRE(frames.size() == 1);
    CHECK(frames[0].ends_with(R"({"id":2,"subscribe":{"data":{"v":0}}})"));
}

TEST_CASE("session: what is no command closes with 3501", "[net]") {
    SessionFixture fixture;
    auto& client = fixture.connected();
    const auto* text =
        GENERATE("", "\n", "x", "[]", "{}\n\n{}", R"({"id":3})", R"({"connect":{},"id":2})", "{}");
    client.send(text);
    CAPTURE(text);
    CHECK(client.take() == Frames{"close 3501 bad request"});
    CHECK(client.closed);
}

TEST_CASE("session: anything before connect closes with 3501", "[net]") {
    SessionFixture fixture;
    auto& client = fixture.client();
    client.send(rpc(1, "read.a") + "\n{\"connect\":{},\"id\":2}");
    CHECK(client.take() == Frames{"close 3501 bad request"});
    CHECK(fixture.backend.connected_with.empty());
}

TEST_CASE("session: after a connect that failed the rest of the frame is ignored", "[net]") {
    SessionFixture fixture;
    fixture.backend.connect_errors = {
        {"bad", ErrorCode::unauthorized},
        {"old", ErrorCode::token_expired},
        {"busy", ErrorCode::too_many_requests},
        {"full", ErrorCode::limit_exceeded}
    };
    auto& client = fixture.client();
    const auto connect_with = [&](const std::string& token) {
        client.send(R"({"connect":{"token":")" + token + "\"},\"id\":1}\n" + rpc(2, "read.a"));
        return client.take();
    };
    SECTION("no good") {
        CHECK(connect_with("bad") == Frames{"close 3500 invalid token"});
    }
    SECTION("expired: the client may come with another") {
        const Frames expected = {
            error(1, ErrorCode::token_expired), "close 3000 connection closed"
        };
        CHECK(connect_with("old") == expected);
    }
    SECTION("temporary: the client may come again") {
        const Frames expected = {
            error(1, ErrorCode::too_many_requests), "close 3000 connection closed"
        };
        CHECK(connect_with("busy") == expected);
    }
    SECTION("for good") {
        const Frames expected = {error(1, ErrorCode::limit_exceeded), "close 3501 bad request"};
        CHECK(connect_with("full") == expected);
    }
    CHECK(fixture.backend.calls.empty());
    fixture.leave(client);
    CHECK(fixture.backend.gone.empty());  // it never was connected
}

TEST_CASE("session: a second connect closes with 3501", "[net]") {
    SessionFixture fixture;
    auto& client = fixture.connected();
    client.send(R"({"connect":{},"id":2})");
    CHECK(client.take() == Frames{"close 3501 bad request"});
}

TEST_CASE("session: what this server does not do", "[net]") {
    SessionFixture fixture;
    auto& client = fixture.connected();
    client.send(R"({"publish":{"channel":"c","data":{}},"id":2})");
    client.send(R"({"presence":{"channel":"c"},"id":3})");
    client.send(R"({"sub_refresh":{"channel":"c","token":"t"},"id":4})");
    client.send(rpc(5, "no.such"));
    CHECK(
        client.taken() ==
        error(2, ErrorCode::not_available) + "\n" + error(3, ErrorCode::not_available) + "\n" +
            error(4, ErrorCode::not_available) + "\n" + error(5, ErrorCode::method_not_found)
    );
    client.send(R"({"send":{"data":{}}})");
    CHECK(client.take() == Frames{"close 3508 not available"});
}

TEST_CASE("session: every command counts, whatever it is, and a pong does not", "[net]") {
    SessionFixture fixture;
    fixture.open(stream_channel("thread:a", 7));
    auto& client = fixture.connected();
    fixture.backend.commands_left = 1;
    client.send(R"({"presence_stats":{"channel":"thread:a"},"id":2})");
    CHECK(client.taken().find("num_users") != std::string::npos);
    const auto* const command = GENERATE(
        R"({"subscribe":{"channel":"thread:a"},"id":3})",
        R"({"unsubscribe":{"channel":"thread:a"},"id":3})",
        R"({"history":{"channel":"thread:a"},"id":3})", R"({"refresh":{"token":"t"},"id":3})",
        R"({"presence_stats":{"channel":"thread:a"},"id":3})",
        R"({"rpc":{"method":"write.a"},"id":3})"
    );
    client.send(command);
    CHECK(client.taken().find(R"("error":{"code":111)") != std::string::npos);
    CHECK(fixture.hub.subscriptions() == 0);
    CHECK(fixture.backend.calls.empty());
    CHECK_FALSE(client.closed);
    fixture.pass(fixture.options.ping_interval);
    (void)client.take();
    client.send("{}");
    CHECK_FALSE(client.closed);
}

TEST_CASE("session: writes overlap, everything else waits and is waited for", "[net]") {
    SessionFixture fixture;
    auto& client = fixture.connected();
    auto& calls = fixture.backend.calls;
    client.send(rpc(2, "write.a") + "\n" + rpc(3, "write.b") + "\n" + rpc(4, "read.c", "[1]"));
    client.send(rpc(5, "write.d"));
    REQUIRE(calls.size() == 2);
    fixture.reply(calls[0].to, "1");
    CHECK(calls.size() == 2);
    fixture.fail(calls[1].to, ErrorCode::invalid_text);
    REQUIRE(calls.size() == 3);
    CHECK(calls[2].method == "read.c");
    CHECK(calls[2].data == "[1]");
    fixture.reply(calls[2].to, "3");
    REQUIRE(calls.size() == 4);
    fixture.reply(calls[3].to, "4");
    CHECK(
        client.taken() == R"({"id":2,"rpc":{"data":1}})"
                          "\n" +
                              error(3, ErrorCode::invalid_text) +
                              "\n"
                              R"({"id":4,"rpc":{"data":3}})"
                              "\n"
                              R"({"id":5,"rpc":{"data":4}})"
    );
}

TEST_CASE("session: an answer from within the call keeps the order, too", "[net]") {
    SessionFixture fixture;
    auto& client = fixture.connected();
    fixture.backend.on_call = [&](std::string_view, std::string_view data, ReplyTo to) {
        fixture.reply(to, data);
    };
    client.send(
        rpc(2, "read.a", "2") + "\n" + rpc(3, "write.b", "3") + "\n" + rpc(4, "read.c", "4")
    );
    CHECK(
        client.taken() == R"({"id":2,"rpc":{"data":2}})"
                          "\n"
                          R"({"id":3,"rpc":{"data":3}})"
                          "\n"
                          R"({"id":4,"rpc":{"data":4}})"
    );
}

TEST_CASE("session: a malformed command that had to wait still closes with 3501", "[net]") {
    SessionFixture fixture;
    auto& client = fixture.connected();
    client.send(rpc(2, "read.a") + "\n" + rpc(3, "read.b") + "\nnonsense\n" + rpc(4, "read.c"));
    CHECK(client.take().empty());
    fixture.reply(fixture.backend.calls[0].to, "1");
    const Frames expected = {R"({"id":2,"rpc":{"data":1}})", "close 3501 bad request"};
    CHECK(client.take() == expected);
    fixture.reply(fixture.backend.calls[1].to, "2");
    CHECK(client.take().empty());
    CHECK(fixture.backend.calls.size() == 2);
}

TEST_CASE("session: with too many waiting commands it stops reading, and starts again", "[net]") {
    SessionFixture fixture;
    auto& client = fixture.connected();
    SECTION("many") {
        for (std::uint32_t i = 0; i <= limits::kPendingCommandsMax; ++i) {
            CHECK(client.session.wants_frames());
            client.send(rpc(i + 2, "read.a"));
        }
    }
    SECTION("large") {
        const std::string data = '"' + std::string(60'000, 'x') + '"';
        std::uint32_t id = 2;
        while (client.session.wants_frames()) {
            REQUIRE(id < 30);
            client.send(rpc(id++, "read.a", data));
        }
    }
    CHECK_FALSE(client.session.wants_frames());
    CHECK(client.resumed == 0);
    fixture.reply(fixture.backend.calls[0].to, "1");
    CHECK(client.session.wants_frames());
    CHECK(client.resumed == 1);
}

TEST_CASE("session: too many commands in one frame close with 3501", "[net]") {
    SessionFixture fixture;
    auto& client = fixture.connected();
    std::string frame;
    for (std::uint32_t i = 0; i <= limits::kCommandsPerFrameMax; ++i) {
        frame += rpc(i + 2, "write.a") + "\n";
    }
    client.send(frame);
    CHECK(client.take().back() == "close 3501 bad request");
    CHECK(fixture.backend.calls.size() == limits::kCommandsPerFrameMax);
}

TEST_CASE("session: only the first frame may be large", "[net]") {
    SessionFixture fixture;
    auto& client = fixture.client();
    CHECK(client.session.frame_bytes_max() == limits::kFirstFrameBytesMax);
    client.connect();
    CHECK(client.session.frame_bytes_max() == limits::kCommandBytesMax);
    client.send(rpc(2, "write.a", '"' + std::string(limits::kCommandBytesMax, 'x') + '"'));
    CHECK(client.take() == Frames{"close 3501 bad request"});
}

TEST_CASE("session: why a subscription is refused", "[net]") {
    SessionFixture fixture;
    fixture.options.channels_per_client_max = 2;
    fixture.backend.subscribe_errors = {{"mod:s", ErrorCode::permission_denied}};
    fixture.open(latest_channel("poll:p", 4));
    fixture.open(latest_channel("poll:q", 5));
    fixture.open(latest_channel("poll:r", 6));
    auto& client = fixture.connected();
    const auto refusal = [&](const std::string& command) {
        client.send(command);
        const std::string reply = client.taken();
        const auto at = reply.find(R"("code":)");
        return at == std::string::npos ? 0 : std::stoi(reply.substr(at + 7));
    };
    CHECK(refusal(subscribe(2, "mod:s")) == 103);
    CHECK(refusal(subscribe(3, "poll:p", R"(,"type":1)")) == 108);
    CHECK(refusal(subscribe(4, "poll:p", R"(,"tf":{})")) == 107);
    CHECK(refusal(subscribe(5, std::string(256, 'c'))) == 107);
    CHECK(refusal(subscribe(6, "poll:unopened")) == 100);
    CHECK(refusal(subscribe(7, "poll:p")) == 0);
    CHECK(refusal(subscribe(8, "poll:p")) == 105);
    CHECK(refusal(subscribe(9, "poll:q")) == 0);
    CHECK(refusal(subscribe(10, "poll:r")) == 106);
    client.send(R"({"unsubscribe":{"channel":"poll:q"},"id":11})");
    (void)client.take();
    CHECK(refusal(subscribe(12, "poll:r")) == 0);
    client.send(subscribe(13, ""));
    CHECK(client.take() == Frames{"close 3501 bad request"});
}

TEST_CASE("session: a token with another role has every subscription asked for anew", "[net]") {
    SessionFixture fixture;
    const auto moderation = stream_channel("mod:s", 7);
    fixture.open(moderation);
    fixture.open(latest_channel("poll:p", 4));
    auto& client = fixture.connected();
    client.send(subscribe(2, "mod:s") + "\n" + subscribe(3, "poll:p"));
    (void)client.take();
    const auto refresh = [&](int id) {
        client.send(R"({"refresh":{"token":"t"},"id":)" + std::to_string(id) + "}");
        return client.taken();
    };
    CHECK(refresh(4).find("unsubscribe") == std::string::npos);
    CHECK(fixture.hub.subscriptions() == 2);

    fixture.apply(stream_update(moderation, 1));  // waits while the moderator is made a reader
    fixture.backend.role_from_now_on = domain::Role::reader;
    const auto told = refresh(5);
    CHECK(told.find(R"("channel":"mod:s","unsubscribe":{"code":2500)") != std::string::npos);
    CHECK(told.find(R"("channel":"poll:p","unsubscribe":{"code":2500)") != std::string::npos);
    CHECK(told.find(R"("pub")") == std::string::npos);
    CHECK(fixture.hub.subscriptions() == 0);

    fixture.backend.subscribe_errors = {{"mod:s", ErrorCode::permission_denied}};
    client.send(subscribe(6, "mod:s"));
    CHECK(client.taken().find(R"("code":103)") != std::string::npos);
}

TEST_CASE("session: leaving what one is not in is no error", "[net]") {
    SessionFixture fixture;
    auto& client = fixture.connected();
    client.send(R"({"unsubscribe":{"channel":"poll:q"},"id":2})");
    CHECK(client.taken() == R"({"id":2,"unsubscribe":{}})");
}

TEST_CASE("session: a slow admission holds what follows, not the pong", "[net]") {
    SessionFixture fixture;
    fixture.open(latest_channel("poll:p", 4));
    fixture.backend.hold_subscribes = true;
    auto& client = fixture.connected();
    fixture.pass(limits::kPingInterval);
    CHECK(client.taken() == "{}");
    client.send(subscribe(2, "poll:p") + "\n" + rpc(3, "write.a") + "\n{}");
    CHECK(fixture.backend.calls.empty());
    fixture.pass(limits::kPongTimeout);
    CHECK_FALSE(client.closed);
    fixture.backend.subscribes[0](Admission{});
    CHECK(fixture.backend.calls.size() == 1);
}

TEST_CASE("session: an admission that comes after the end finds nobody", "[net]") {
    SessionFixture fixture;
    fixture.open(latest_channel("poll:p", 4));
    fixture.backend.hold_subscribes = true;
    auto& client = fixture.connected();
    client.send(subscribe(2, "poll:p"));
    fixture.leave(client);
    fixture.backend.subscribes[0](Admission{});
    CHECK(fixture.hub.subscriptions() == 0);
    CHECK(fixture.backend.gone == std::vector<SessionId>{1});
}

TEST_CASE("session: presence stats", "[net]") {
    SessionFixture fixture;
    auto& client = fixture.connected();
    client.send(R"({"presence_stats":{"channel":"thread:a"},"id":2})");
    CHECK(client.taken() == R"({"id":2,"presence_stats":{"num_clients":3,"num_users":2}})");
}

TEST_CASE("session: once closing, nothing is read, answered or pushed", "[net]") {
    SessionFixture fixture;
    const auto channel = stream_channel("thread:a", 7);
    fixture.open(channel);
    auto& client = fixture.connected();
    client.send(subscribe(2, "thread:a") + "\n" + rpc(3, "write.a"));
    (void)client.take();
    client.session.close(close::kShutdown);
    client.session.close(close::kSlow);
    client.send(rpc(4, "write.b"));
    fixture.apply(stream_update(channel, 1));
    fixture.reply(fixture.backend.calls[0].to, "1");
    CHECK(client.take() == Frames{"close 3001 shutdown"});
    CHECK(fixture.backend.calls.size() == 1);
}
