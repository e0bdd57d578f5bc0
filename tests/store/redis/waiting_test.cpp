// How long a write may wait, what is heard after a failure, and who is heard at all.
#include <catch2/catch.hpp>

#include "store/redis/bounds.hpp"
#include "store/redis/codec.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/pack.hpp"
#include "tests/store/redis/node.hpp"
#include "tests/store/redis/server_options.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using namespace voxpop::domain;
using namespace std::chrono_literals;
using base::ErrorCode;

namespace {

const BoxId kBox = BoxId::poll(store::contract::poll_id("p"), 1);

std::vector<Command> votes(std::string_view thread, int count) {
    std::vector<Command> out;
    for (int i = 0; i < count; ++i)
        out.emplace_back(a_vote(kBox, thread, "u" + std::to_string(i), 1));
    return out;
}

}  // namespace

TEST_CASE("redis: the time to wait is the write's, however many are before it", "[redis][faults]") {
    test::RedisServer server;
    auto options = options_for(server);
    options.wait = 500ms;
    Node node(options);
    server.kill();
    node.recorder().wait_for_health(false);
    const auto many = node.submit(votes("t", 3'200));
    const auto next = node.submit(votes("other", 1)).front();
    CHECK_FALSE(node.recorder().wait_for(next));
    // What is accepted now has as long again, so those before have had twice their time.
    const auto last = node.submit(votes("last", 1)).front();
    CHECK_FALSE(node.recorder().wait_for(last));
    for (const auto serial : many) REQUIRE(node.recorder().times_settled(serial) == 1);
}

TEST_CASE("redis: one that is asked about does not hold up those behind it", "[redis][faults]") {
    test::RedisServer server;
    auto options = options_for(server);
    options.client.command_timeout = 500ms;
    options.retry_window = 5min;
    Node node(options);
    server.pause();
    // As many calls as may be under way, and one that waits for them.
    const auto first = node.submit(votes("t", 512)).front();
    const auto second = node.submit(votes("t", 512)).front();
    const auto behind = node.submit(votes("t", 1)).front();
    CHECK(node.recorder().wait_for(behind).error().code == ErrorCode::store_unavailable);
    CHECK(node.recorder().times_settled(first) == 0);
    CHECK(node.recorder().times_settled(second) == 0);
    server.resume();
    (void)node.recorder().wait_for(first);
    (void)node.recorder().wait_for(second);
}

TEST_CASE("redis: an event whose comment cannot be read is told as a gap", "[redis]") {
    test::RedisServer server;
    Node node(options_for(server));
    REQUIRE(node.write(a_thread("t")));
    const auto comment = a_comment(1, "t");
    REQUIRE(node.write(comment));
    const auto gaps = node.recorder().gaps();
    std::string record, news;
    Packer(record).u64(1).text8("t").raw(encode(event_of(comment.change)));
    Packer(news).text8("another").u64(2).text32(record);
    (void)server.ask({"FUNCTION", "FLUSH"});
    (void)server.ask({"SPUBLISH", keys::site_events("main"), news});
    node.recorder().wait_for_gaps(gaps + 1);
}

TEST_CASE("redis: databases of one server do not hear each other", "[redis]") {
    test::RedisServer server;
    const auto in_database = [&](int number) {
        auto options = options_for(server);
        options.client.database = number;
        return options;
    };
    Node stranger(in_database(0));
    Node node(in_database(1));
    Node friendly(in_database(1));
    REQUIRE(node.watch("t"));
    REQUIRE(stranger.write(a_thread("t")));
    REQUIRE(stranger.write(a_poll("p", "t")));
    REQUIRE(stranger.write(a_vote(kBox, "t", "ann", 1)));
    REQUIRE(stranger.write(a_comment(1, "t")));
    // All that is heard comes in the order in which it was told.
    REQUIRE(friendly.write(a_thread("friendly")));
    REQUIRE(friendly.write(a_comment(2, "friendly")));
    node.recorder().wait_for_changes([](const auto& changes) {
        return !store::contract::only<LogAppended>(changes).empty();
    });
    for (const auto& appended : store::contract::only<LogAppended>(node.recorder().changes()))
        CHECK(appended.record.comment.id.value() == 2);
    for (const auto& changed : store::contract::only<ThreadChanged>(node.recorder().changes()))
        CHECK(changed.thread.id.view() == "friendly");
    CHECK(store::contract::only<PollChanged>(node.recorder().changes()).empty());
    CHECK(store::contract::only<BoxChanged>(node.recorder().changes()).empty());
}

TEST_CASE("redis: nothing may be asked about longer than its answer is kept", "[redis]") {
    StoreOptions options;
    options.client.endpoints.push_back({.host = "127.0.0.1", .port = 1, .path = {}});
    options.retry_window = bounds::kBatchTtl;
    CHECK_THROWS_AS(RedisStore(options), std::invalid_argument);
}
