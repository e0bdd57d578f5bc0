// The client with a real server of its own: order, loss, restarts, silence, AUTH, unix socket,
// Sentinel.
#include "client_bench.hpp"
#include "redis_server.hpp"

namespace voxpop::test {
namespace {

using redis::CallResult;
using redis::CallStatus;
using redis::Command;
using redis::Topology;

redis::ClientOptions one(const RedisServer& server) {
    return quick(Topology::single, {local(server.port())});
}

}  // namespace

TEST_CASE("redis client: pipelined calls are answered in order", "[redis]") {
    RedisServer server;
    ClientBench bench(one(server));
    bench.until_up();
    constexpr int kCalls = 10'000;
    std::vector<std::int64_t> numbers;
    for (int i = 0; i < kCalls; ++i)
        bench.client->call("k", Command("INCR").arg("k"), [&](const CallResult& result) {
            numbers.push_back(result.view().number().value_or(-1));
        });
    bench.until("all are answered", [&] { return numbers.size() == kCalls; });
    for (int i = 0; i < kCalls; ++i) REQUIRE(numbers[static_cast<std::size_t>(i)] == i + 1);
    CHECK(bench.connected.size() == 1);
    CHECK(bench.connected[0].run_id.size() == 40);

    std::string any(300, '\0');
    for (std::size_t i = 0; i < any.size(); ++i) any[i] = static_cast<char>(i);
    CHECK(bench.call("v", Command("SET").arg("v").arg(any)).ok());
    CHECK(bench.call("v", Command("GET").arg("v")).view().text() == any);
    const auto refused = bench.call("v", Command("INCR").arg("v"));
    CHECK(refused.status == CallStatus::refused);
    CHECK(refused.why.starts_with("ERR"));
    const auto waited =
        bench.call("v", Command("INCR").arg("k").replicated(1, std::chrono::milliseconds(1)));
    CHECK(waited.ok());
    CHECK(waited.replicas == 0);
}

TEST_CASE("redis client: after kill -9 calls are unsent, and a restart is another run", "[redis]") {
    RedisServer server({.append_only = true});
    ClientBench bench(one(server));
    bench.until_up();
    CHECK(bench.subscribe("c"));
    CHECK(bench.call("k", Command("SET").arg("k").arg(7)).ok());
    server.kill();
    bench.until("the loss is told", [&] { return bench.up == false; });
    CHECK(bench.lost == std::vector{bench.connected[0].shard});
    CHECK(bench.call("k", Command("GET").arg("k")).status == CallStatus::unsent);
    CHECK(bench.interruptions == 0);
    server.start();
    bench.until_up();
    bench.until("the gap is told", [&] { return bench.interruptions == 1; });
    CHECK(bench.call("k", Command("GET").arg("k")).view().text() == "7");
    CHECK(bench.connected[0].run_id != bench.connected.back().run_id);
    server.ask({"SPUBLISH", "c", "hello"});
    bench.until("a message comes", [&] { return !bench.messages.empty(); });
    CHECK(bench.messages[0] == std::pair<std::string, std::string>("c", "hello"));
}

TEST_CASE("redis client: a server that stops answering makes calls unknown, not lost", "[redis]") {
    RedisServer server;
    ClientBench bench(impatient(one(server)));
    bench.until_up();
    server.pause();
    CHECK(bench.call("k", Command("INCR").arg("k")).status == CallStatus::unknown);
    bench.until("the loss is told", [&] { return bench.up == false; });
    CHECK(bench.call("k", Command("INCR").arg("k")).status == CallStatus::unsent);
    server.resume();
    bench.until_up();
    CHECK(bench.call("k", Command("GET").arg("k")).view().text() == "1");
}

TEST_CASE("redis client: an idle connection to a silent server is noticed", "[redis]") {
    RedisServer server;
    ClientBench bench(impatient(one(server)));
    bench.until_up();
    server.pause();
    bench.until("the loss is told", [&] { return bench.up == false; });
    server.resume();
    bench.until_up();
}

TEST_CASE("redis client: more channels than may be asked for at once", "[redis]") {
    RedisServer server;
    auto options = one(server);
    options.in_flight_calls_max = 10;
    ClientBench bench(options);
    bench.until_up();
    constexpr std::size_t kChannels = 200;
    const auto name = [](std::size_t i) { return "c" + std::to_string(i); };
    std::size_t standing = 0;
    for (std::size_t i = 0; i < kChannels; ++i)
        bench.client->subscribe(name(i), [&](bool stands) { standing += stands ? 1U : 0U; });
    bench.until("all stand", [&] { return standing == kChannels; });
    server.ask({"CLIENT", "KILL", "TYPE", "pubsub"});
    bench.until("all stand again", [&] { return bench.interruptions == 1; });
    for (std::size_t i = 0; i < kChannels; i += 2) bench.client->unsubscribe(name(i));
    // The next one is behind them.
    CHECK(bench.subscribe("last"));
    for (std::size_t i = 0; i < kChannels; ++i)
        CHECK(server.ask({"SPUBLISH", name(i), "hello"}) == (i % 2 == 0 ? "0" : "1"));
    bench.until("the messages come", [&] { return bench.messages.size() == kChannels / 2; });
}

TEST_CASE("redis client: AUTH, SELECT and the unix socket", "[redis]") {
    RedisServer server({.config = {"requirepass secret"}});
    auto options = one(server);
    options.endpoints = {{.path = server.socket_path()}};
    options.password = "wrong";
    {
        ClientBench bench(options);
        bench.until("the refusal is told", [&] { return bench.up == false; });
        CHECK(bench.why.contains("refuses the login: WRONGPASS"));
    }
    options.password = "secret";
    options.database = 3;
    ClientBench bench(options);
    bench.until_up();
    CHECK(bench.call("k", Command("SET").arg("k").arg("v")).ok());
    CHECK(bench.call("k", Command("CLIENT").arg("INFO")).view().text().contains(" db=3 "));
}

TEST_CASE("redis client: stop gives every call back", "[redis]") {
    RedisServer server;
    ClientBench bench(one(server));
    bench.until_up();
    server.pause();
    int given_back = 0;
    for (int i = 0; i < 100; ++i)
        bench.client->call("k", Command("INCR").arg("k"), [&](const CallResult& result) {
            CHECK_FALSE(result.ok());
            ++given_back;
        });
    bench.client->stop();
    CHECK(given_back == 100);
}

TEST_CASE("redis client: Sentinel's failover is followed", "[redis]") {
    RedisServer first;
    RedisServer second({.config = {"replicaof 127.0.0.1 " + std::to_string(first.port())}});
    while (!second.ask({"INFO", "replication"}).contains("master_link_status:up")) {
    }
    RedisServer sentinel({
        .sentinel = true,
        .config =
            {"sentinel monitor votes 127.0.0.1 " + std::to_string(first.port()) + " 1",
             "sentinel down-after-milliseconds votes 500", "sentinel failover-timeout votes 2000"},
    });
    auto options = quick(Topology::sentinel, {local(free_port()), local(sentinel.port())});
    options.master_name = "votes";
    ClientBench bench(options);
    bench.until_up();
    CHECK(bench.connected[0].shard == "votes");
    CHECK(bench.connected[0].address == local(first.port()).text());
    CHECK(
        bench.call("k", Command("SET").arg("k").arg(1).replicated(1, std::chrono::seconds(1)))
            .replicas == 1
    );
    while (!sentinel.ask({"SENTINEL", "replicas", "votes"}).contains(std::to_string(second.port()))
    ) {
    }
    first.kill();
    bench.until("the other one is found", [&] {
        return bench.connected.back().address == local(second.port()).text() && bench.up == true;
    });
    CHECK(bench.call("k", Command("GET").arg("k")).view().text() == "1");
}

}  // namespace voxpop::test
