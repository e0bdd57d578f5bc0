// The client with a real Cluster on loopback: every key reaches its shard, also when slots move.
#include "client_bench.hpp"
#include "redis_server.hpp"
#include "store/redis/client/slots.hpp"

namespace voxpop::test {

using redis::CallStatus;
using redis::Command;
using redis::Topology;

TEST_CASE("redis client: keys and channels of a Cluster, and slots that move", "[redis]") {
    RedisCluster cluster(3);
    ClientBench bench(quick(Topology::cluster, {local(free_port()), local(cluster.node(1).port())})
    );
    bench.until_up();
    CHECK(bench.client->ready_shards().size() == 3);
    for (int i = 0; i < 300; ++i) {
        const auto key = "{t" + std::to_string(i) + "}";
        REQUIRE(bench.call(key, Command("SET").arg(key).arg(i)).ok());
    }

    int everywhere = 0;
    for (std::size_t i = 0; i < cluster.size(); ++i)
        everywhere += std::stoi(cluster.node(i).ask({"DBSIZE"}));
    CHECK(everywhere == 300);

    // "foo" has slot 12182, the third node's.
    CHECK(redis::slot_of("foo") == 12'182);
    CHECK(bench.client->shard_of("foo") == local(cluster.node(2).port()).text());
    CHECK(bench.subscribe("{foo}:events"));
    CHECK(bench.call("foo", Command("SET").arg("foo").arg("bar")).ok());
    cluster.move_slot(12'182, 2, 0);
    CHECK(bench.call("foo", Command("GET").arg("foo")).view().text() == "bar");
    bench.until("the subscription has moved", [&] { return bench.interruptions > 0; });
    CHECK(bench.client->shard_of("foo") == local(cluster.node(0).port()).text());
    cluster.node(0).ask({"SPUBLISH", "{foo}:events", "moved"});
    bench.until("its message comes", [&] { return !bench.messages.empty(); });
    CHECK(bench.messages[0].second == "moved");
}

TEST_CASE("redis client: a Cluster's failover is followed", "[redis]") {
    RedisCluster cluster(3, 1);
    ClientBench bench(quick(Topology::cluster, {local(cluster.node(0).port())}));
    bench.until_up();
    CHECK(bench.subscribe("{foo}:events"));
    CHECK(bench.call("foo", Command("SET").arg("foo").arg(1)).ok());
    cluster.node(2).kill();
    bench.until("the loss is told", [&] { return bench.up == false; });
    CHECK_FALSE(bench.call("foo", Command("GET").arg("foo")).ok());
    CHECK(bench.call("{t}", Command("GET").arg("{t}")).status != CallStatus::unknown);
    bench.until_up();
    CHECK(bench.client->shard_of("foo") == local(cluster.node(5).port()).text());
    CHECK(bench.call("foo", Command("GET").arg("foo")).ok());
    bench.until("the subscription stands again", [&] { return bench.interruptions > 0; });
    cluster.node(5).ask({"SPUBLISH", "{foo}:events", "hello"});
    bench.until("its message comes", [&] { return !bench.messages.empty(); });
}

}  // namespace voxpop::test
