// Redis comes back with less than it acknowledged: that is noticed, declared, and put right as far
// as it can be.
#include <catch2/catch.hpp>

#include <thread>

#include "store/redis/client/slots.hpp"
#include "tests/store/redis/node.hpp"
#include "tests/store/redis/server_options.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using namespace voxpop::domain;
using namespace std::chrono_literals;
using store::contract::thread_id;

namespace {

const BoxId kBox = BoxId::poll(store::contract::poll_id("p"), 1);

StoreOptions quick(const test::RedisServer& server) {
    auto options = options_for(server);
    options.client.backoff = {.first = 5ms, .longest = 50ms};
    return options;
}

void make_poll(Node& node) {
    REQUIRE(node.write_when_up(a_thread("t")));
    REQUIRE(node.write_when_up(a_poll("p", "t")));
}

AddCounts hearts(std::uint64_t batch, std::uint64_t by) {
    return {.node_epoch = "node", .batch = batch, .deltas = {{thread_id("t"), {0, by, 0}}}};
}

}  // namespace

TEST_CASE("redis: a server that comes back empty begins a new epoch", "[redis][faults]") {
    test::RedisServer server;
    Node a(quick(server));
    Node b(quick(server));
    make_poll(a);
    REQUIRE(a.write(a_comment(1, "t")));
    REQUIRE(a.write(a_vote(kBox, "t", "ann", 1)));
    REQUIRE(a.write(hearts(1, 5)));
    const auto told = a.poll("p")->tally.version;
    REQUIRE(b.watch("t"));
    const auto before = a.log("t")->position.epoch;
    server.kill();
    for (auto* node : {&a, &b}) node->recorder().wait_for_health(false);
    const auto gaps = b.recorder().gaps();
    server.start();
    for (auto* node : {&a, &b}) node->recorder().wait_for_health(true);
    b.recorder().wait_for_gaps(gaps + 1);
    const auto after = a.log("t")->position;
    CHECK(after.epoch != before);
    CHECK(after.offset == 0);
    // Another node reads the same new epoch, once it has looked.
    CHECK(b.log("t")->position.epoch == after.epoch);
    // And the store works: the same things can be made anew.
    make_poll(a);
    REQUIRE(a.write(a_comment(2, "t")));
    CHECK(a.log("t")->records.front().offset == 1);
    CHECK(a.site_log()->records.size() == 1);
    // By others too: what a node remembers of names was lost with the rest.
    Node c(quick(server));
    CHECK(c.poll("p"));
    REQUIRE(c.ask<Comment>([&](auto answer) {
        c.store().comment(base::CommentId(2), std::move(answer));
    }));
    // And nothing is missed once more when nothing more is lost.
    CHECK(a.poll("p")->tally.version > told);
    (void)server.ask({"SAVE"});
    server.kill();
    for (auto* one : {&a, &b}) one->recorder().wait_for_health(false);
    server.start();
    for (auto* one : {&a, &b}) one->recorder().wait_for_health(true);
    CHECK(a.log("t")->position.epoch == after.epoch);
    CHECK(b.log("t")->position.epoch == after.epoch);
}

TEST_CASE(
    "redis: a server that has lost the newest is noticed, and versions go on", "[redis][faults]"
) {
    test::RedisServer server;
    Node node(quick(server));
    make_poll(node);
    REQUIRE(node.write(a_vote(kBox, "t", "ann", 1)));
    REQUIRE(node.write(a_comment(1, "t")));
    REQUIRE(node.write(hearts(1, 5)));
    (void)server.ask({"SAVE"});
    const auto epoch = node.log("t")->position.epoch;
    // All of this is in memory only.
    REQUIRE(node.write(a_vote(kBox, "t", "bob", 1)));
    REQUIRE(node.write(a_comment(2, "t")));
    REQUIRE(node.write(hearts(2, 4)));
    const auto told = node.poll("p")->tally;
    server.kill();
    node.recorder().wait_for_health(false);
    server.start();
    node.recorder().wait_for_health(true);

    const auto log = node.log("t");
    CHECK(log->position.epoch != epoch);
    CHECK(log->position.offset == 1);
    const auto tally = node.poll("p")->tally;
    CHECK(tally.voters == 1);  // what the ballots say
    CHECK(tally.version > told.version);
    CHECK(node.counts("t")->counters[1] == 9);  // nobody's ballots: what was known holds
    REQUIRE(node.write_when_up(a_vote(kBox, "t", "bob", 1)));
    CHECK(node.poll("p")->tally.version > told.version);
    REQUIRE(node.write(a_comment(3, "t")));
    CHECK(node.log("t")->records.back().offset == 2);
    const auto site = node.site_log()->records;
    REQUIRE(site.size() == 2);
    CHECK(site[0].comment.id == base::CommentId(1));
    CHECK(site[1].comment.id == base::CommentId(3));
}

TEST_CASE("redis: a restart that loses nothing keeps the epoch", "[redis][faults]") {
    test::RedisServer server({.append_only = true, .config = {"appendfsync always"}});
    Node node(quick(server));
    make_poll(node);
    REQUIRE(node.write(a_comment(1, "t")));
    const auto position = node.log("t")->position;
    server.kill();
    node.recorder().wait_for_health(false);
    server.start();
    node.recorder().wait_for_health(true);
    CHECK(node.log("t")->position == position);
    REQUIRE(node.write_when_up(a_comment(2, "t")));
    CHECK(node.log("t")->records.back().offset == 2);
}

TEST_CASE("redis: a server that is emptied under its nodes is noticed", "[redis][faults]") {
    test::RedisServer server;
    auto options = quick(server);
    options.look_interval = 20ms;
    Node a(options);
    Node b(options);
    make_poll(a);
    REQUIRE(b.watch("t"));
    REQUIRE(a.write(a_vote(kBox, "t", "ann", 1)));
    const auto told = a.poll("p")->tally.version;
    const auto before = a.log("t")->position.epoch;
    const auto gaps_a = a.recorder().gaps();
    const auto gaps_b = b.recorder().gaps();
    (void)server.ask({"FLUSHALL"});
    a.recorder().wait_for_gaps(gaps_a + 1);
    b.recorder().wait_for_gaps(gaps_b + 1);
    make_poll(a);
    for (auto* node : {&a, &b}) REQUIRE(node->write_when_up(a_vote(kBox, "t", "bob", 1)));
    CHECK(a.poll("p")->tally.version > told);
    const auto after = server.ask({"GET", "vp:epoch"});
    CHECK(after != before);
    for (auto* node : {&a, &b}) CHECK(node->log("t")->position.epoch == after);
}

TEST_CASE("redis: a shard that is emptied under its nodes is noticed", "[redis][faults]") {
    test::RedisCluster cluster(2);
    const auto index_of = [](std::string_view key) { return slot_of(key) < 8'192 ? 0U : 1U; };
    // A thread that is not where the epoch is.
    std::string thread = "t";
    while (index_of("vp:{" + thread + "}:thread") == index_of("vp:epoch")) thread += "t";
    auto options = options_for(cluster.node(0));
    options.client.topology = Topology::cluster;
    options.look_interval = 20ms;
    Node node(options);
    REQUIRE(node.write(a_thread(thread)));
    REQUIRE(node.write(a_comment(1, thread)));
    const auto before = node.log(thread)->position.epoch;
    const auto gaps = node.recorder().gaps();
    (void)cluster.node(index_of("vp:{" + thread + "}:thread")).ask({"FLUSHALL"});
    node.recorder().wait_for_gaps(gaps + 1);
    REQUIRE(node.write_when_up(a_thread(thread)));
    const auto after = cluster.node(index_of("vp:epoch")).ask({"GET", "vp:epoch"});
    CHECK(after != before);
    CHECK(node.log(thread)->position.epoch == after);
}

TEST_CASE("redis: offsets that were given to other events are noticed", "[redis][faults]") {
    test::RedisServer server;
    Node a(quick(server));
    Node b(quick(server));
    REQUIRE(a.write(a_thread("t")));
    REQUIRE(a.write(a_comment(1, "t")));
    const bool is_public = GENERATE(true, false);
    INFO((is_public ? "public" : "seen by moderators only"));
    const auto comment = [&](std::uint64_t number) {
        auto made = a_comment(number, "t");
        if (is_public) return made;
        made.change.after.state = CommentState::pending;
        made.change.is_public = false;
        made.change.visible_delta = 0;
        return made;
    };
    (void)server.ask({"SAVE"});
    const auto epoch = server.ask({"GET", "vp:epoch"});
    REQUIRE(a.write(comment(2)));
    server.kill();
    for (auto* node : {&a, &b}) node->recorder().wait_for_health(false);
    // What comes back has as many events, and others: as if another node had been faster.
    {
        const test::RedisServer again({.config = {"dir " + server.folder().string()}});
        REQUIRE(again.ask({"GET", "vp:epoch"}) == epoch);
        REQUIRE(Node(quick(again)).write(comment(3)));
        (void)again.ask({"SAVE"});
    }
    server.start();
    for (auto* node : {&a, &b}) node->recorder().wait_for_health(true);
    CHECK(server.ask({"GET", "vp:epoch"}) != epoch);
}

TEST_CASE(
    "redis: what comes after lost events is brought to the site's stream", "[redis][faults]"
) {
    test::RedisServer server;
    Node node(quick(server));
    REQUIRE(node.write(a_thread("t")));
    for (std::uint64_t i = 1; i <= 2; ++i) REQUIRE(node.write(a_comment(i, "t")));
    const auto seq = server.ask({"HGET", "vp:{t}:thread", "seq"});
    for (std::uint64_t i = 3; i <= 5; ++i) REQUIRE(node.write(a_comment(i, "t")));
    // As after a failover of the thread's shard alone, which nobody has noticed yet.
    (void)server.ask({"HSET", "vp:{t}:thread", "offset", "2", "seq", seq});
    (void)server.ask({"DEL", "vp:{t}:outbox", "vp:{t}:log"});
    for (std::uint64_t i = 6; i <= 7; ++i) REQUIRE(node.write(a_comment(i, "t")));
    const auto records = node.site_log()->records;
    REQUIRE(records.size() == 7);
    CHECK(records[5].comment.id == base::CommentId(6));
    CHECK(records[6].comment.id == base::CommentId(7));
}

namespace {

// As after a failover of the thread's shard alone, to a server whose clock is behind: the thread
// has lost its second comment, which had a number of tomorrow, and the site's stream has it.
void lose_one_of_tomorrow(const test::RedisServer& server, Node& node) {
    REQUIRE(node.write(a_thread("t")));
    REQUIRE(node.write(a_comment(1, "t")));
    const auto seq = server.ask({"HGET", "vp:{t}:thread", "seq"});
    (void)server.ask({"HINCRBY", "vp:{t}:thread", "seq", "86400000000"});
    REQUIRE(node.write(a_comment(2, "t")));
    REQUIRE(node.site_log()->records.size() == 2);
    (void)server.ask(
        {"EVAL",
         R"(redis.call('HSET', KEYS[1], 'offset', '1', 'seq', ARGV[1])
            redis.call('HDEL', KEYS[2], ARGV[2])
            redis.call('DEL', KEYS[3], KEYS[4]))",
         "4", "vp:{t}:thread", "vp:{t}:comments", "vp:{t}:outbox", "vp:{t}:log", seq,
         base::CommentId(2).str()}
    );
}

}  // namespace

TEST_CASE(
    "redis: after a loss a thread's numbers go on, whatever the clock says", "[redis][faults]"
) {
    test::RedisServer server;
    auto options = quick(server);
    options.look_interval = 20ms;
    Node node(options);
    const auto gaps = node.recorder().gaps();
    lose_one_of_tomorrow(server, node);
    node.recorder().wait_for_gaps(gaps + 1);
    const auto comment = a_comment(1, "t").change.after;
    const auto moderator = store::contract::user("mod");
    REQUIRE(node.write_when_up(
        Append{decide(comment, Decision::hide, moderator, {}, store::contract::kNow).value()}
    ));
    const auto records = node.site_log()->records;
    REQUIRE(records.size() == 3);
    CHECK(records.back().type == EventType::hidden);
}

TEST_CASE(
    "redis: moderators are told of a new comment whatever its number says", "[redis][faults]"
) {
    test::RedisServer server;
    auto options = quick(server);
    options.look_interval = 1h;  // nobody notices the loss
    Node node(options);
    lose_one_of_tomorrow(server, node);
    for (std::uint64_t i = 3; i <= 4; ++i) REQUIRE(node.write(a_comment(i, "t")));
    const auto records = node.site_log()->records;
    REQUIRE(records.size() == 4);
    CHECK(records[2].comment.id == base::CommentId(3));
    CHECK(records[3].comment.id == base::CommentId(4));
}

TEST_CASE("redis: a secret that is lost is put back by those who have it", "[redis][faults]") {
    test::RedisServer server;
    auto options = quick(server);
    options.look_interval = 20ms;
    const auto share = [](Node& node, const std::string& proposal) {
        return node
            .ask<std::string>([&](auto answer) {
                node.store().secret("device", proposal, std::move(answer));
            })
            .value();
    };
    Node first(options);
    REQUIRE(share(first, "the first") == "the first");
    (void)server.ask({"FLUSHALL"});
    while (server.ask({"EXISTS", "vp:secret:device"}) == "0") std::this_thread::yield();
    Node second(options);
    CHECK(share(second, "another") == "the first");
}
