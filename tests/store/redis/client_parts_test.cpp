// The client's parts that need no server: RESP, slots, what errors ask for, back-off, who is
// settled how.
#include <catch2/catch.hpp>

#include <limits>

#include "store/redis/client/backoff.hpp"
#include "store/redis/client/command.hpp"
#include "store/redis/client/in_flight.hpp"
#include "store/redis/client/reply_reader.hpp"
#include "store/redis/client/server_error.hpp"
#include "store/redis/client/session.hpp"
#include "store/redis/client/slots.hpp"

namespace voxpop::store::redis {
namespace {

std::string wire(const Command& command) {
    std::string out;
    command.append_to(out);
    return out;
}

std::vector<Reply> parse(std::string_view bytes) {
    ReplyReader reader(1024);
    std::vector<Reply> replies;
    REQUIRE(reader.feed(bytes, replies));
    return replies;
}

}  // namespace

TEST_CASE("redis command: lengths, never quoting", "[redis]") {
    CHECK(wire(Command("PING")) == "*1\r\n$4\r\nPING\r\n");
    CHECK(
        wire(Command("SET").arg("").arg(std::string_view("\r\n\0", 3))) ==
        std::string("*3\r\n$3\r\nSET\r\n$0\r\n\r\n$3\r\n\r\n\0\r\n", 28)
    );
    CHECK(
        wire(Command("A").arg(std::numeric_limits<std::int64_t>::min()).arg(~std::uint64_t{0})) ==
        "*3\r\n$1\r\nA\r\n$20\r\n-9223372036854775808\r\n$20\r\n18446744073709551615\r\n"
    );
    const auto waited = Command("A").replicated(2, std::chrono::milliseconds(0));
    CHECK(wire(waited) == "*1\r\n$1\r\nA\r\n*3\r\n$4\r\nWAIT\r\n$1\r\n2\r\n$1\r\n1\r\n");
    CHECK(waited.replies() == 2);
    CHECK(wire(waited).size() <= waited.bytes());
}

TEST_CASE("redis replies: the same however the bytes are split", "[redis]") {
    const std::string_view bytes =
        "+OK\r\n:-7\r\n$3\r\na\r\n\r\n$-1\r\n*2\r\n$1\r\nx\r\n*1\r\n:9\r\n-ERR no\r\n";
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
        INFO(split);
        ReplyReader reader(1024);
        std::vector<Reply> replies;
        REQUIRE(reader.feed(bytes.substr(0, split), replies));
        REQUIRE(reader.feed(bytes.substr(split), replies));
        REQUIRE(replies.size() == 6);
        CHECK(replies[0].view().text() == "OK");
        CHECK(replies[1].view().number() == -7);
        CHECK(replies[2].view().text() == "a\r\n");
        CHECK(replies[3].view().nil());
        CHECK(replies[4].view()[1][0].number() == 9);
        CHECK(replies[4].view()[7][1].nil());
        CHECK(replies[5].view().error());
    }
    std::vector<Reply> replies;
    CHECK_FALSE(ReplyReader(1024).feed(std::string_view("?\r\n"), replies));
    CHECK_FALSE(ReplyReader(16).feed(std::string_view("$900\r\n0123456789abcdef"), replies));
}

TEST_CASE("redis slots: CRC16 of the hash tag", "[redis]") {
    CHECK(crc16("123456789") == 0x31C3);  // the Cluster specification's own vector
    CHECK(slot_of("foo") == 12'182);
    CHECK(slot_of("vp:{foo}:log") == 12'182);
    CHECK(slot_of("{foo}{bar}") == 12'182);
    CHECK(slot_of("{}foo") == crc16("{}foo") % kSlots);
    CHECK(slot_of("foo{") == crc16("foo{") % kSlots);
    CHECK(slot_of("foo{{bar}}zap") == crc16("{bar") % kSlots);
    CHECK(hash_tag("vp:{foo}:log") == "foo");
    CHECK(hash_tag("vp:comment:1") == "vp:comment:1");
}

TEST_CASE("redis slots: CLUSTER SLOTS is read, and nonsense refused", "[redis]") {
    const auto replies = parse(
        "*2\r\n*4\r\n:0\r\n:5\r\n*2\r\n$1\r\na\r\n:1\r\n*2\r\n$1\r\nb\r\n:2\r\n"
        "*3\r\n:6\r\n:16383\r\n*2\r\n$0\r\n\r\n:3\r\n"
    );
    const auto ranges = parse_slots(replies[0].view(), {.host = "asked"}).value();
    REQUIRE(ranges.size() == 2);
    CHECK(ranges[0].primary == Endpoint{.host = "a", .port = 1});
    CHECK(ranges[0].replicas == std::vector<Endpoint>{{.host = "b", .port = 2}});
    CHECK(ranges[1].primary == Endpoint{.host = "asked", .port = 3});
    CHECK(ranges[1].last == 16'383);
    for (const auto* wrong :
         {"+OK\r\n", "-ERR\r\n", "*1\r\n*2\r\n:0\r\n:16384\r\n", "*1\r\n*2\r\n:9\r\n:8\r\n"})
        CHECK_FALSE(parse_slots(parse(wrong)[0].view(), {}));
}

TEST_CASE("redis errors: where to go, and what may work later", "[redis]") {
    using Kind = ServerError::Kind;
    const Endpoint from{.host = "here"};
    const auto moved = parse_server_error("MOVED 3999 127.0.0.1:6381", from);
    CHECK(moved.kind == Kind::moved);
    CHECK(moved.slot == 3999);
    CHECK(moved.endpoint == Endpoint{.host = "127.0.0.1", .port = 6381});
    CHECK(parse_server_error("ASK 1 ::1:7", from).endpoint == Endpoint{.host = "::1", .port = 7});
    CHECK(parse_server_error("ASK 1 :7", from).endpoint == Endpoint{.host = "here", .port = 7});
    for (const auto* broken :
         {"MOVED", "MOVED x h:1", "MOVED 16384 h:1", "ASK 1 h", "ASK 1 h:0", ""})
        CHECK(parse_server_error(broken, from).kind == Kind::refused);
    CHECK(parse_server_error("LOADING Redis is loading", from).kind == Kind::unavailable);
    CHECK(parse_server_error("TRYAGAIN Multiple keys", from).kind == Kind::unavailable);
    CHECK(parse_server_error("READONLY You can't", from).kind == Kind::demoted);
    CHECK(parse_server_error("ERR Function not found", from).kind == Kind::unprepared);
    CHECK(
        parse_server_error("ERR Script attempted to access a non local key in …", from).kind ==
        Kind::unavailable
    );
    CHECK(parse_server_error("LOADINGX", from).kind == Kind::refused);
}

TEST_CASE(
    "redis back-off: within its bounds, over the whole width, short again after success", "[redis]"
) {
    using std::chrono::milliseconds;
    const std::uint64_t seed = std::random_device{}();
    INFO("seed " << seed);
    Backoff backoff({.first = milliseconds(10), .longest = milliseconds(100)}, seed);
    for (const int ceiling : {10, 20, 40, 80, 100, 100}) {
        const auto pause = backoff.next();
        CHECK(pause >= milliseconds(0));
        CHECK(pause <= milliseconds(ceiling));
    }
    milliseconds least(100), most(0);
    for (int i = 0; i < 5'000; ++i) {
        const auto pause = backoff.next();
        least = std::min(least, pause);
        most = std::max(most, pause);
    }
    CHECK(least == milliseconds(0));
    CHECK(most == milliseconds(100));
    backoff.reset();
    CHECK(backoff.next() <= milliseconds(10));
}

TEST_CASE(
    "redis calls: what the server may have seen whole is unknown, the rest unsent", "[redis]"
) {
    InFlight calls;
    std::vector<Outcome> outcomes;
    const auto note = [&](Outcome outcome) { outcomes.push_back(std::move(outcome)); };
    for (const unsigned end : {10U, 20U, 30U}) calls.push(1, end, {}, note);
    calls.push(2, 5, {}, note);
    CHECK(calls.answer(std::move(parse("+A\r\n")[0])));
    calls.lose(20, "gone");
    REQUIRE(outcomes.size() == 4);
    CHECK(outcomes[0].kind == Outcome::Kind::answered);
    CHECK(outcomes[1].kind == Outcome::Kind::unknown);
    CHECK(outcomes[2].kind == Outcome::Kind::unsent);
    CHECK(outcomes[3].kind == Outcome::Kind::unknown);
    CHECK_FALSE(calls.answer(Reply()));

    calls.push(2, 5, {}, note);
    CHECK(calls.answer(std::move(parse("+A\r\n")[0])));
    CHECK(outcomes.size() == 4);
    CHECK(calls.answer(std::move(parse(":3\r\n")[0])));
    CHECK(outcomes.back().replicas == 3);
    CHECK(outcomes.back().reply.view().text() == "A");
}

TEST_CASE("redis session: only a primary that has its data will do", "[redis]") {
    const std::string good =
        "# Server\r\nredis_version:7.0.15\r\nrun_id:abc\r\nrole:master\r\nmaster_replid:def\r\n"
        "loading:0\r\n";
    const auto identity = read_info(good).value();
    CHECK(identity.run_id == "abc");
    CHECK(identity.replication_id == "def");
    const auto with = [&](std::string_view from, std::string_view to) {
        auto info = good;
        return read_info(info.replace(info.find(from), from.size(), to));
    };
    CHECK_FALSE(with("7.0", "6.2"));
    CHECK_FALSE(with("role:master", "role:slave"));
    CHECK_FALSE(with("loading:0", "loading:1"));
    CHECK_FALSE(read_info(""));
    // A Sentinel has no role.
    const auto sentinel =
        read_info("redis_version:7.0.15\r\nredis_mode:sentinel\r\nrun_id:abc\r\n");
    REQUIRE_FALSE(sentinel);
    CHECK(sentinel.error() == "it is a Sentinel: its address is redis+sentinel://HOST:PORT/NAME");
    // Some servers that are like Redis have none either.
    CHECK(with("role:master", "x:y").error() == "it does not say that it is a primary");
}

}  // namespace voxpop::store::redis
