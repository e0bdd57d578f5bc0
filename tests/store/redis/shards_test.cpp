// A Cluster of three shards of which some are away: what the others have goes on.
#include <catch2/catch.hpp>

#include <algorithm>

#include "store/redis/client/slots.hpp"
#include "store/redis/keys.hpp"
#include "tests/store/redis/node.hpp"
#include "tests/store/redis/server_options.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using namespace voxpop::domain;
using namespace std::chrono_literals;
using base::ErrorCode;

namespace {

constexpr std::size_t kShards = 3;

std::size_t shard_of(std::string_view key) {
    return test::RedisCluster::owner_of(slot_of(key), kShards);
}
const std::size_t kSiteShard = shard_of(keys::site_log("main"));

// The first of its kind, by number, whose keys are on that shard.
std::string thread_on(std::size_t shard) {
    for (int i = 0;; ++i) {
        auto id = "t" + std::to_string(i);
        if (shard_of(keys::thread(store::contract::thread_id(id))) == shard) return id;
    }
}
std::uint64_t comment_on(std::size_t shard, std::uint64_t above = 0) {
    while (shard_of(keys::comment(base::CommentId(++above))) != shard) {
    }
    return above;
}

class Shards {
  public:
    Shards() : cluster_(kShards, 0, {"appendonly yes", "cluster-require-full-coverage no"}) {}

    [[nodiscard]] test::RedisServer& operator[](std::size_t i) { return cluster_.node(i); }
    [[nodiscard]] StoreOptions options() {
        auto options = options_for(cluster_.node(0));
        for (std::size_t i = 1; i < kShards; ++i)
            options.client.endpoints.push_back(options_for(cluster_.node(i)).client.endpoints[0]);
        options.client.topology = Topology::cluster;
        options.client.backoff = {.first = 5ms, .longest = 50ms};
        options.client.slots_interval = 200ms;
        return options;
    }

  private:
    test::RedisCluster cluster_;
};

// A shard that has neither the epoch nor what is the site's.
std::size_t ordinary_shard() {
    std::size_t shard = 0;
    while (shard == kSiteShard || shard == shard_of(keys::kEpoch)) ++shard;
    return shard;
}

}  // namespace

TEST_CASE("redis: after all shards were away, those that are back take writes", "[redis][faults]") {
    Shards shards;
    Node node(shards.options());
    const auto away = ordinary_shard();
    const auto thread = thread_on(kSiteShard);
    REQUIRE(node.write(a_thread(thread)));
    for (std::size_t i = 0; i < kShards; ++i) shards[i].kill();
    node.recorder().wait_for_health(false);
    for (std::size_t i = 0; i < kShards; ++i) {
        if (i != away) shards[i].start();
    }
    node.recorder().wait_for_health(true);
    node.recorder().wait_for_shards_missing(1);
    REQUIRE(node.write_when_up(a_comment(comment_on(kSiteShard), thread)));
    CHECK(node.write(a_thread(thread_on(away))).error().code == ErrorCode::store_unavailable);
}

TEST_CASE("redis: a node starts although an ordinary shard is away", "[redis][faults]") {
    Shards shards;
    const auto away = ordinary_shard();
    shards[away].kill();
    Node node(shards.options());
    REQUIRE(node.write(a_thread(thread_on(kSiteShard))));
    CHECK(node.write(a_thread(thread_on(away))).error().code == ErrorCode::store_unavailable);
    node.recorder().wait_for_shards_missing(1);
    shards[away].start();
    CHECK(node.write_when_up(a_thread(thread_on(away))));
    node.recorder().wait_for_shards_missing(0);
}

TEST_CASE("redis: a shard that is away takes no more along than its own", "[redis][faults]") {
    Shards shards;
    Node node(shards.options());
    const auto here = (kSiteShard + 1) % kShards;
    const auto thread = thread_on(here);
    REQUIRE(node.write(a_thread(thread)));
    REQUIRE(node.write(a_poll("p", thread)));
    shards[kSiteShard].kill();
    // Until the node knows it.
    while (node.site_log()) std::this_thread::yield();

    const auto box = BoxId::poll(store::contract::poll_id("p"), 1);
    const auto found = comment_on(here), lost = comment_on(kSiteShard, found);
    const auto serials = node.submit(
        {a_vote(box, thread, "ann", 1), a_comment(found, thread), a_comment(lost, thread),
         a_vote(box, thread, "bob", 1)}
    );
    CHECK(node.recorder().wait_for(serials[0]));
    CHECK(node.recorder().wait_for(serials[1]));
    // Nobody would find it: where it belongs is told by a key of the shard that is away.
    const auto outcome = node.recorder().wait_for(serials[2]);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::store_unavailable);
    CHECK(node.recorder().wait_for(serials[3]));

    shards[kSiteShard].start();
    while (true) {  // what the site has missed comes by itself
        const auto log = node.site_log();
        if (log && log->records.size() == 1) break;
        std::this_thread::yield();
    }
    CHECK(node.site_log()->records[0].comment.id.value() == found);
}

TEST_CASE("redis: what happened to an event of the site is told as a gap", "[redis][faults]") {
    Shards shards;
    auto options = shards.options();
    options.client.command_timeout = 500ms;  // the shard that is stopped is given up
    Node node(options);
    const auto here = (kSiteShard + 1) % kShards;
    const auto thread = thread_on(here);
    REQUIRE(node.write_when_up(a_thread(thread)));
    const auto first = comment_on(here);
    REQUIRE(node.write_when_up(a_comment(first, thread)));
    const auto gaps = node.recorder().gaps();
    // It executes the call when it goes on, but nobody hears the answer.
    shards[kSiteShard].pause();
    const auto outcome = node.write(a_comment(comment_on(here, first), thread));
    shards[kSiteShard].resume();
    REQUIRE(outcome);
    node.recorder().wait_for_gaps(gaps + 1);
}

TEST_CASE(
    "redis: a name that has too few replicas takes its own command along alone", "[redis][faults]"
) {
    // Two primaries, each with a replica; nobody is to take over from one whose replica stands
    // still.
    test::RedisCluster cluster(2, 1);
    const auto owner = [](std::string_view key) {
        return test::RedisCluster::owner_of(slot_of(key), 2);
    };
    const auto name_on = [&](std::size_t shard, std::uint64_t above) {
        while (owner(keys::comment(base::CommentId(++above))) != shard) {
        }
        return above;
    };
    auto options = options_for(cluster.node(0));
    options.client.topology = Topology::cluster;
    options.ack = Ack::replicated;
    options.replica_timeout = 60s;
    Node patient(options);
    // Where the thread and the site are there are replicas.
    const auto here = owner(keys::site_log("main"));
    std::string thread = "t";
    while (owner(keys::thread(store::contract::thread_id(thread))) != here) thread += "t";
    REQUIRE(patient.write_when_up(a_thread(thread)));
    options.replica_timeout = 200ms;
    Node node(options);
    cluster.node(2 + (1 - here)).pause();

    const auto found = name_on(here, 0), lacking = name_on(1 - here, found);
    const auto again = name_on(1 - here, lacking);
    const auto serials = node.submit({a_comment(found, thread), a_comment(lacking, thread)});
    CHECK(node.recorder().wait_for(serials[0]));
    const auto outcome = node.recorder().wait_for(serials[1]);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::store_unavailable);
    CHECK(outcome.error().message().contains("too few replicas have it"));
    // From now on it is not even tried.
    const auto refused = node.write(a_comment(again, thread));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message().contains("too few replicas are there"));
    CHECK(cluster.node(1 - here).ask({"EXISTS", keys::comment(base::CommentId(again))}) == "0");
    REQUIRE(node.write(a_comment(name_on(here, found), thread)));
    cluster.node(2 + (1 - here)).resume();
    REQUIRE(node.write_when_up(a_comment(again, thread)));
}
