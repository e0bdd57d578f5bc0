// A Cluster moves a thread's slot while it is written to: for a while some of its keys are on one
// server and some on another, and nothing may be done by halves.
#include <catch2/catch.hpp>

#include "store/redis/client/slots.hpp"
#include "tests/store/redis/node.hpp"
#include "tests/store/redis/server_options.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using namespace voxpop::domain;
using namespace std::chrono_literals;
using base::ErrorCode;

namespace {

const BoxId kBox = BoxId::poll(store::contract::poll_id("p"), 1);
constexpr std::string_view kThreadKey = "vp:{t}:thread";

// The move of thread t's slot, key by key.
class Move {
  public:
    explicit Move(test::RedisCluster& cluster)
        : slot_(std::to_string(slot_of(kThreadKey))),
          from_(cluster.node(slot_of(kThreadKey) < 8'192 ? 0 : 1)),
          to_(cluster.node(slot_of(kThreadKey) < 8'192 ? 1 : 0)) {
        (void)to_.ask({"CLUSTER", "SETSLOT", slot_, "IMPORTING", from_.ask({"CLUSTER", "MYID"})});
        (void)from_.ask({"CLUSTER", "SETSLOT", slot_, "MIGRATING", to_.ask({"CLUSTER", "MYID"})});
    }
    void take(const std::string& key) {
        REQUIRE(
            from_.ask({"MIGRATE", "127.0.0.1", std::to_string(to_.port()), key, "0", "5000"}) ==
            "OK"
        );
    }
    void finish() {
        for (std::string keys;
             !(keys = from_.ask({"CLUSTER", "GETKEYSINSLOT", slot_, "1"})).empty();)
            take(keys.substr(0, keys.size() - 1));
        const auto owner = to_.ask({"CLUSTER", "MYID"});
        for (auto* server : {&to_, &from_})
            (void)server->ask({"CLUSTER", "SETSLOT", slot_, "NODE", owner});
    }

  private:
    std::string slot_;
    test::RedisServer& from_;
    test::RedisServer& to_;
};

StoreOptions of_cluster(test::RedisCluster& cluster) {
    auto options = options_for(cluster.node(0));
    options.client.topology = Topology::cluster;
    return options;
}

}  // namespace

TEST_CASE("redis: while a slot moves nothing is done by halves", "[redis][faults]") {
    test::RedisCluster cluster(2);
    Node node(of_cluster(cluster));
    REQUIRE(node.write(a_thread("t")));
    REQUIRE(node.write(a_poll("p", "t")));
    REQUIRE(node.write(a_vote(kBox, "t", "ann", 1)));
    REQUIRE(node.write(a_comment(1, "t")));

    Move move(cluster);
    // The first of its kind writes keys that are not there yet; what is there goes key by key.
    for (const std::string key : {"", "vp:{t}:tally", "vp:{t}:shown:top:best", "vp:{t}:thread"}) {
        INFO("taken last: " << key);
        if (!key.empty()) move.take(key);
        for (Command command :
             {Command(a_vote(kBox, "t", "bob", 1)), Command(a_vote(kBox, "t", "ann", 2)),
              Command(a_comment(2, "t"))}) {
            const auto outcome = node.write(std::move(command));
            REQUIRE_FALSE(outcome);
            CHECK(outcome.error().code == ErrorCode::store_unavailable);
        }
    }
    CHECK(node.poll("p").error().code == ErrorCode::store_unavailable);  // not half a poll either
    move.finish();

    REQUIRE(node.write_when_up(a_vote(kBox, "t", "bob", 1)));
    REQUIRE(node.write_when_up(a_comment(2, "t")));
    const auto tally = node.poll("p")->tally;
    CHECK(tally.voters == 2);
    CHECK(tally.counts[0] == 2);
    CHECK(node.ballots("t", "ann", {kBox})->front() == OptionSet(1));
    CHECK(node.counts("t")->comments == 2);
    CHECK(node.log("t")->records.size() == 2);
}

TEST_CASE("redis: writes that may wait outlast a slot's move", "[redis][faults]") {
    test::RedisCluster cluster(2);
    auto options = of_cluster(cluster);
    options.wait = 60s;
    Node node(options);
    REQUIRE(node.write(a_thread("t")));
    REQUIRE(node.write(a_poll("p", "t")));
    Move move(cluster);
    move.take(std::string(kThreadKey));
    const auto serials = node.submit({a_vote(kBox, "t", "ann", 1), a_comment(1, "t")});
    move.finish();
    for (const auto serial : serials) CHECK(node.recorder().wait_for(serial));
    CHECK(node.poll("p")->tally.voters == 1);
}
