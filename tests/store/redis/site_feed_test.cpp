// The site's stream gets every event of every thread once, also when it could not be written for a
// while.
#include <catch2/catch.hpp>

#include <ctime>
#include <thread>

#include "store/redis/bounds.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/pack.hpp"
#include "store/redis/replication.hpp"
#include "store/redis/site_feed.hpp"
#include "tests/store/redis/fake_client.hpp"
#include "tests/store/redis/node.hpp"
#include "tests/store/redis/server_options.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using namespace std::chrono_literals;

namespace {

StoreOptions sweeping(const test::RedisServer& server) {
    auto options = options_for(server);
    options.sweep_interval = 20ms;
    return options;
}

// As when the site's shard has come back without its newest: nobody notices, the outboxes have it.
void lose_site(const test::RedisServer& server) {
    (void)server.ask({"DEL", "vp:site:{main}:log", "vp:site:{main}:seen"});
}

void wait_for_site_event(Node& node, base::CommentId comment) {
    node.recorder().wait_for_changes([&](const auto& changes) {
        for (const auto& appended : store::contract::only<domain::LogAppended>(changes)) {
            const auto& record = appended.record;
            if (record.offset == 0 && record.site_offset > 0 && record.comment.id == comment)
                return true;
        }
        return false;
    });
}

}  // namespace

TEST_CASE("redis: what the site's stream lacks comes with the next comment", "[redis]") {
    test::RedisServer server;
    const auto options = options_for(server);
    Node node(options);
    REQUIRE(node.write(a_thread("t")));
    // Something of another type in its place: nothing can be appended.
    const auto log = keys::site_log(options.site);
    (void)server.ask({"SET", log, "not a stream"});
    constexpr std::uint64_t kMissed = bounds::kOutboxReadMax * 2 + 10;
    std::vector<domain::Command> comments;
    for (std::uint64_t i = 1; i <= kMissed; ++i) comments.emplace_back(a_comment(i, "t"));
    const auto serials = node.submit(std::move(comments));
    REQUIRE(node.recorder().wait_for(serials.back()));
    (void)server.ask({"DEL", log});

    REQUIRE(node.write(a_comment(kMissed + 1, "t")));
    const auto records = node.site_log()->records;
    REQUIRE(records.size() == kMissed + 1);
    for (std::size_t i = 0; i < records.size(); ++i) {
        CHECK(records[i].site_offset == i + 1);
        CHECK(records[i].comment.id == base::CommentId(i + 1));
    }
}

TEST_CASE("redis: what the site's shard loses at once comes again out of the outbox", "[redis]") {
    test::RedisServer server;
    Node writer(options_for(server));  // does not sweep meanwhile
    REQUIRE(writer.write(a_thread("t")));
    REQUIRE(writer.write(a_comment(1, "t")));
    REQUIRE(writer.site_log()->records.size() == 1);
    lose_site(server);
    Node sweeper(sweeping(server));
    wait_for_site_event(sweeper, base::CommentId(1));
    CHECK(writer.site_log()->records.size() == 1);
}

TEST_CASE("redis: outboxes are emptied of what the site's stream has", "[redis]") {
    test::RedisServer server;
    Node node(sweeping(server));
    REQUIRE(node.write(a_thread("t")));
    REQUIRE(node.write(a_comment(1, "t")));
    while (server.ask({"XLEN", "vp:{t}:outbox"}) != "0") std::this_thread::yield();
    REQUIRE(node.write(a_comment(2, "t")));
    CHECK(node.site_log()->records.size() == 2);
}

TEST_CASE("redis: the sweep comes to every active thread, however many there are", "[redis]") {
    test::RedisServer server;
    {
        Node node(options_for(server));
        REQUIRE(node.write(a_thread("t")));
        REQUIRE(node.write(a_comment(1, "t")));
    }
    (void)server.ask(
        {"EVAL",
         R"(local now = tonumber(redis.call('ZSCORE', KEYS[1], 't'))
            for i = 1, tonumber(ARGV[1]) do redis.call('ZADD', KEYS[1], now + 1, 'x' .. i) end)",
         "1", "vp:site:{main}:active", std::to_string(bounds::kSweepThreadsMax)}
    );
    lose_site(server);
    Node sweeper(sweeping(server));
    wait_for_site_event(sweeper, base::CommentId(1));
}

TEST_CASE("redis: a node that starts looks at threads that were active long ago", "[redis]") {
    test::RedisServer server;
    {
        Node node(options_for(server));
        REQUIRE(node.write(a_thread("t")));
        REQUIRE(node.write(a_comment(1, "t")));
    }
    // All nodes were away for some hours, the last one since between the two steps of a comment.
    const auto then = std::to_string(std::time(nullptr) - 3 * 3'600);
    (void)server.ask({"ZADD", "vp:site:{main}:active", then, "t"});
    lose_site(server);
    Node sweeper(sweeping(server));
    wait_for_site_event(sweeper, base::CommentId(1));
    // And forgets them then.
    while (server.ask({"EXISTS", "vp:site:{main}:active"}) == "1") std::this_thread::yield();
}

TEST_CASE("redis: what the site's stream has of a thread is known for a month", "[redis]") {
    test::RedisServer server;
    Node node(sweeping(server));
    REQUIRE(node.write(a_thread("t")));
    REQUIRE(node.write(a_comment(1, "t")));
    const std::string seen = "vp:site:{main}:seen";
    // The number itself, to the last digit.
    const auto seq = server.ask({"HGET", "vp:{t}:thread", "seq"});
    CHECK(server.ask({"ZCOUNT", seen, seq, seq}) == "1");
    const auto days_ago = [](int days) {
        return std::to_string(std::time(nullptr) - days * 24 * 3'600) + "000000";
    };
    (void)server.ask({"ZADD", seen, days_ago(29), "recent", days_ago(31), "old"});
    while (server.ask({"ZCARD", seen}) == "3") std::this_thread::yield();
    CHECK(server.ask({"ZRANGE", seen, "0", "-1"}) == "recent\nt\n");
}

TEST_CASE("redis: a new epoch brings nothing to the site's stream again", "[redis]") {
    test::RedisServer server;
    auto options = options_for(server);
    options.look_interval = 20ms;
    Node node(options);
    REQUIRE(node.write(a_thread("t")));
    for (std::uint64_t i = 1; i <= 2; ++i) REQUIRE(node.write(a_comment(i, "t")));
    REQUIRE(server.ask({"XLEN", "vp:{t}:outbox"}) == "2");
    const auto gaps = node.recorder().gaps();
    (void)server.ask({"DEL", "vp:epoch"});
    node.recorder().wait_for_gaps(gaps + 1);
    REQUIRE(node.write_when_up(a_comment(3, "t")));
    const auto records = node.site_log()->records;
    REQUIRE(records.size() == 3);
    for (std::size_t i = 0; i < records.size(); ++i)
        CHECK(records[i].comment.id == base::CommentId(i + 1));
}

TEST_CASE("redis: where replicas are asked for, names are theirs too", "[redis]") {
    test::RedisServer server;
    auto options = options_for(server);
    Node alone(options);
    REQUIRE(alone.write(a_thread("t")));
    options.ack = Ack::replicated;
    options.replica_timeout = 1ms;
    // A thread needs no name: it gets as far as the write itself.
    REQUIRE_FALSE(Node(options).write(a_thread("u")));
    CHECK(server.ask({"HGET", "vp:{u}:thread", "version"}) == "1");
    const auto outcome = Node(options).write(a_poll("p", "t"));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == base::ErrorCode::store_unavailable);
    CHECK(server.ask({"GET", "vp:poll:p"}) == "t");
    CHECK(server.ask({"EXISTS", "vp:{t}:polls"}) == "0");
}

TEST_CASE("redis: names of many comments wait for replicas together", "[redis]") {
    test::RedisServer primary({.config = {"repl-diskless-sync-delay 0"}});
    const test::RedisServer replica(
        {.config = {"replicaof 127.0.0.1 " + std::to_string(primary.port())}}
    );
    auto options = options_for(primary);
    options.ack = Ack::replicated;
    options.replica_timeout = 60s;
    Node node(options);
    REQUIRE(node.write_when_up(a_thread("t")));
    (void)primary.ask({"CONFIG", "RESETSTAT"});
    std::vector<domain::Command> comments;
    for (std::uint64_t i = 1; i <= 200; ++i) comments.emplace_back(a_comment(i, "t"));
    for (const auto serial : node.submit(std::move(comments)))
        REQUIRE(node.recorder().wait_for(serial));
    CHECK(replica.ask({"GET", "vp:comment:" + base::CommentId(200).str()}) == "t");
    const auto stats = primary.ask({"INFO", "commandstats"});
    const std::string_view waits = "cmdstat_wait:calls=";
    const auto at = stats.find(waits);
    REQUIRE(at != std::string::npos);
    // Two calls at most, each with its names and its write; names may be read in some portions.
    CHECK(std::stoul(stats.substr(at + waits.size())) < 40);
}

TEST_CASE("redis: an outbox keeps what the site's stream has not had for an interval", "[redis]") {
    boost::asio::io_context io;
    FakeClient client{io};
    StoreOptions options;
    options.sweep_interval = 5ms;
    Replication replication{io, client, options};
    const NodeState node{.name = "me"};
    SiteFeed feed{io, client, replication, options, node};
    // A sweep that is told this number; the outbox has nothing behind it.
    const auto sweep = [&](std::uint64_t seen) {
        client.asked.answer("ZREVRANGE", answered("*1\r\n$1\r\nt\r\n"));
        std::string number;
        Packer(number).u64(seen);
        REQUIRE(client.asked.count("vp_site_seen") == 1);
        client.asked.answer("vp_site_seen", bulk(number));
        for (int i = 0; i < 2; ++i) client.asked.answer("ZREMRANGEBYSCORE", answered(":0\r\n"));
        client.asked.answer("vp_outbox", bulk(std::string(4, '\0')));
    };
    const auto trimmed_to = [&](const std::string& seen) {
        REQUIRE(client.asked.count("vp_trim_outbox") == 1);
        client.asked.answer("vp:{t}:thread\r\n$1\r\n" + seen + "\r\n", answered(":1\r\n"));
    };
    const auto next = [&] {
        CHECK(client.asked.empty());
        io.restart();
        while (client.asked.empty()) io.run_one();
    };
    feed.start();
    sweep(5);
    next();
    sweep(7);
    trimmed_to("5");
    next();
    sweep(6);  // it has lost one
    trimmed_to("6");
    next();
    sweep(9);
    trimmed_to("6");
    // At once once more: the site's shard is back.
    options.sweep_interval = 1h;
    feed.start();
    sweep(9);
    CHECK(client.asked.empty());
}
