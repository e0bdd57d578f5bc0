// Ballots that Redis loses, and that somebody makes up for in number before a node compares what it
// was told: the versions fit, and the histories do not. And whatever changes servers and loses
// nothing is no loss.
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <thread>

#include "store/redis/client/slots.hpp"
#include "tests/store/redis/node.hpp"
#include "tests/store/redis/server_options.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using namespace voxpop::domain;
using namespace std::chrono_literals;

namespace {

const BoxId kBox = BoxId::poll(store::contract::poll_id("p"), 1);

// What nodes log, to be looked at afterwards.
class LogFile {
  public:
    LogFile()
        : fd_(::open(
              (folder_.path() / "log").c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600
          )) {
        REQUIRE(fd_ >= 0);
    }
    ~LogFile() { ::close(fd_); }
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    [[nodiscard]] base::Log log() const { return base::Log(base::LogLevel::error, fd_); }
    [[nodiscard]] std::string text() const {
        std::ifstream file(folder_.path() / "log");
        return {std::istreambuf_iterator<char>(file), {}};
    }

  private:
    test::TemporaryFolder folder_;
    int fd_;
};

StoreOptions quick(StoreOptions options, const LogFile& log) {
    options.client.backoff = {.first = 5ms, .longest = 50ms};
    options.log = log.log();
    return options;
}

void make_poll(Node& node) {
    REQUIRE(node.write(a_thread("t")));
    REQUIRE(node.write(a_poll("p", "t")));
}

void vote(Node& node, const std::vector<std::string>& voters) {
    for (const auto& voter : voters) REQUIRE(node.write_when_up(a_vote(kBox, "t", voter, 1)));
}

std::string tally_in(const test::RedisServer& server) {
    return server.ask({"HGET", "vp:{t}:tally", "poll/p/1"});
}

// How many functions that only read were called there: nodes that look call one for each thread.
long reads_of(const test::RedisServer& server) {
    const auto stats = server.ask({"INFO", "commandstats"});
    constexpr std::string_view kCalls = "cmdstat_fcall_ro:calls=";
    const auto at = stats.find(kCalls);
    return at == std::string::npos ? 0 : std::stol(stats.substr(at + kCalls.size()));
}

void wait_for_looks(const test::RedisServer& server) {
    const auto before = reads_of(server);
    while (reads_of(server) < before + 6) std::this_thread::yield();
}

std::string epoch_of(Node& node) {
    return node.log("t")->position.epoch;
}

// A primary with a replica, and a Sentinel that promotes nobody by itself: those who ask it find
// the replica when the test says so, and not before.
class Pair {
  public:
    Pair() { follow(replica, primary); }

    [[nodiscard]] StoreOptions options() const {
        StoreOptions options;
        options.client.topology = Topology::sentinel;
        options.client.master_name = "votes";
        options.client.endpoints.push_back(
            {.host = "127.0.0.1", .port = sentinel_.port(), .path = {}}
        );
        return options;
    }
    static void follow(const test::RedisServer& server, const test::RedisServer& other) {
        (void)server.ask({"REPLICAOF", "127.0.0.1", std::to_string(other.port())});
        while (!server.ask({"INFO", "replication"}).contains("master_link_status:up"))
            std::this_thread::yield();
    }
    static void promote(const test::RedisServer& server) {
        (void)server.ask({"REPLICAOF", "NO", "ONE"});
    }
    void wait_for_replica() const {
        while (tally_in(replica) != tally_in(primary)) std::this_thread::yield();
    }
    void announce_replica() const {
        (void)sentinel_.ask({"SENTINEL", "REMOVE", "votes"});
        (void)sentinel_.ask(
            {"SENTINEL", "MONITOR", "votes", "127.0.0.1", std::to_string(replica.port()), "1"}
        );
    }

    test::RedisServer primary{{.config = {"repl-diskless-sync-delay 0"}}};
    test::RedisServer replica{{.config = {"repl-diskless-sync-delay 0"}}};

  private:
    test::RedisServer sentinel_{
        {.sentinel = true,
         .config =
             {
                 "sentinel monitor votes 127.0.0.1 " + std::to_string(primary.port()) + " 1",
                 "sentinel down-after-milliseconds votes 600000",
             }}
    };
};

}  // namespace

TEST_CASE("redis: lost ballots are noticed though others made up for them", "[redis][faults]") {
    Pair redis;
    const LogFile log;
    Node node(quick(redis.options(), log));
    make_poll(node);
    vote(node, {"ann"});
    redis.wait_for_replica();
    const auto epoch = epoch_of(node);
    Pair::promote(redis.replica);  // from here on it is behind
    if (GENERATE(true, false)) {
        vote(node, {"bob", "cid"});
    } else {
        REQUIRE(node.watch("t"));
        Node other(options_for(redis.primary));
        vote(other, {"bob", "cid"});
        node.recorder().wait_for_changes([](const auto& changes) {
            const auto boxes = store::contract::only<BoxChanged>(changes);
            return !boxes.empty() && boxes.back().tally.voters == 3;
        });
    }
    const auto told = node.poll("p")->tally;
    redis.primary.kill();
    node.recorder().wait_for_health(false);

    // As many as were lost, or more.
    const auto others = GENERATE(
        std::vector<std::string>{"dan", "eve"}, std::vector<std::string>{"dan", "eve", "fay"}
    );
    Tally made_up;
    {
        Node first(options_for(redis.replica));
        vote(first, others);
        made_up = first.poll("p")->tally;
        REQUIRE(made_up.version >= told.version);
    }
    redis.announce_replica();
    node.recorder().wait_for_health(true);

    CHECK(epoch_of(node) != epoch);
    CHECK_THAT(log.text(), Catch::Contains("Redis has lost ballots"));
    const auto tally = node.poll("p")->tally;
    CHECK(tally.version > told.version);  // who was told of that one takes this one
    CHECK(tally.voters == 1 + others.size());
    CHECK(tally.counts == made_up.counts);
    vote(node, {"bob"});
    CHECK(node.poll("p")->tally.version == tally.version + 1);

    // Noticed once: not again when nothing more is lost.
    const auto declared = epoch_of(node);
    (void)redis.replica.ask({"SAVE"});
    redis.replica.kill();
    node.recorder().wait_for_health(false);
    redis.replica.start();
    node.recorder().wait_for_health(true);
    vote(node, {"cid"});
    CHECK(epoch_of(node) == declared);
}

TEST_CASE("redis: a lost poll is noticed though others made it again", "[redis][faults]") {
    Pair redis;
    const LogFile log;
    Node node(quick(redis.options(), log));
    REQUIRE(node.write(a_thread("t")));
    const auto replicated = [&] { return redis.replica.ask({"EXISTS", "vp:{t}:thread"}) == "1"; };
    while (!replicated()) std::this_thread::yield();
    const auto epoch = epoch_of(node);
    Pair::promote(redis.replica);
    Node(options_for(redis.primary)).write(a_poll("p", "t")).value();
    node.recorder().wait_for_changes([](const auto& changes) {
        return !store::contract::only<PollChanged>(changes).empty();
    });
    redis.primary.kill();
    node.recorder().wait_for_health(false);
    Node(options_for(redis.replica)).write(a_poll("p", "t")).value();
    redis.announce_replica();
    node.recorder().wait_for_health(true);
    CHECK(epoch_of(node) != epoch);
    CHECK_THAT(log.text(), Catch::Contains("Redis has lost ballots"));
}

TEST_CASE("redis: a failover that loses nothing is no loss", "[redis][faults]") {
    Pair redis;
    const LogFile log;
    Node node(quick(redis.options(), log));
    make_poll(node);
    REQUIRE(node.watch("t"));
    vote(node, {"ann", "bob"});
    redis.wait_for_replica();
    const auto epoch = epoch_of(node);
    redis.primary.kill();
    node.recorder().wait_for_health(false);
    Pair::promote(redis.replica);
    {
        Node first(options_for(redis.replica));
        vote(first, {"cid", "dan"});
    }
    redis.announce_replica();
    node.recorder().wait_for_health(true);
    vote(node, {"eve"});
    CHECK(node.poll("p")->tally.voters == 5);
    CHECK(epoch_of(node) == epoch);
    CHECK(log.text().empty());
}

TEST_CASE(
    "redis: a restart that loses nothing is no loss, whoever writes first", "[redis][faults]"
) {
    test::RedisServer server({.append_only = true});
    const LogFile log;
    Node node(quick(options_for(server), log));
    make_poll(node);
    vote(node, {"ann", "bob"});
    const auto epoch = epoch_of(node);
    server.kill();
    node.recorder().wait_for_health(false);
    {
        const test::RedisServer again(
            {.append_only = true, .config = {"dir " + server.folder().string()}}
        );
        Node first(options_for(again));
        vote(first, {"cid", "dan"});
    }
    server.start();
    node.recorder().wait_for_health(true);
    vote(node, {"eve"});
    CHECK(node.poll("p")->tally.voters == 5);
    CHECK(epoch_of(node) == epoch);
    CHECK(log.text().empty());
}

TEST_CASE("redis: a slot that moves to another server is no loss", "[redis][faults]") {
    test::RedisCluster cluster(2);
    const LogFile log;
    auto options = options_for(cluster.node(0));
    options.client.topology = Topology::cluster;
    options.look_interval = 5ms;
    options = quick(std::move(options), log);
    Node a(options);
    Node b(options);
    make_poll(a);
    for (auto* node : {&a, &b}) REQUIRE(node->watch("t"));
    vote(a, {"ann"});
    vote(b, {"bob"});
    const auto epoch = epoch_of(a);
    const auto slot = slot_of("vp:{t}:thread");
    auto here = test::RedisCluster::owner_of(slot, 2);
    // There and back again: both servers have written the tally before, and each is followed by
    // nodes that think of the other.
    for (int i = 0; i < 4; ++i) {
        cluster.move_slot(slot, here, 1 - here);
        here = 1 - here;
        vote(i % 2 == 0 ? a : b, {"x" + std::to_string(i)});
        vote(i % 2 == 0 ? b : a, {"y" + std::to_string(i)});
        wait_for_looks(cluster.node(here));
    }
    for (auto* node : {&a, &b}) CHECK(epoch_of(*node) == epoch);
    CHECK(log.text().empty());
}

TEST_CASE("redis: a primary that was a replica in between and lost ballots", "[redis][faults]") {
    Pair redis;
    const LogFile log;
    // Does not look, so that it compares when it connects.
    auto options = quick(options_for(redis.primary), log);
    options.look_interval = 1h;
    Node node(options);
    make_poll(node);
    vote(node, {"ann"});
    redis.wait_for_replica();
    const auto epoch = epoch_of(node);
    Pair::promote(redis.replica);
    vote(node, {"bob", "cid"});
    const auto told = node.poll("p")->tally.version;
    // The same process, with what the other one has, and a primary again.
    Pair::follow(redis.primary, redis.replica);
    Pair::promote(redis.primary);
    {
        Node first(options_for(redis.primary));
        vote(first, {"dan", "eve"});
        REQUIRE(first.poll("p")->tally.version == told);
    }
    const auto gaps = node.recorder().gaps();
    (void)redis.primary.ask({"CLIENT", "KILL", "TYPE", "normal"});
    node.recorder().wait_for_gaps(gaps + 1);
    CHECK(epoch_of(node) != epoch);
    CHECK(node.poll("p")->tally.version > told);
    CHECK_THAT(log.text(), Catch::Contains("Redis has lost ballots"));
}
