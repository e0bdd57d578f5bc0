// Redis goes away: what was acknowledged is stored, what was not is answered, and service resumes
// by itself.
#include <catch2/catch.hpp>

#include <ctime>
#include <map>
#include <set>
#include <thread>

#include "store/redis/batch.hpp"
#include "store/redis/library.hpp"
#include "tests/store/redis/log_pipe.hpp"
#include "tests/store/redis/node.hpp"
#include "tests/store/redis/server_options.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using namespace voxpop::domain;
using namespace std::chrono_literals;
using base::ErrorCode;

namespace {

const BoxId kBox = BoxId::poll(store::contract::poll_id("p"), 1);

// As production has it: a reply means that the disk has it.
test::RedisServer::Options durable() {
    return {.append_only = true, .config = {"appendfsync always"}};
}

// A store that tries again soon.
StoreOptions quick(const test::RedisServer& server) {
    auto options = options_for(server);
    options.client.backoff = {.first = 5ms, .longest = 50ms};
    return options;
}

// One that gives up a server which is stopped, within a test's patience. What is to succeed before
// that is another one's to do: on a slow machine a server that works may seem to be stopped.
StoreOptions impatient(const test::RedisServer& server) {
    auto options = quick(server);
    options.client.command_timeout = 300ms;
    return options;
}
StoreOptions patient(const test::RedisServer& server) {
    auto options = options_for(server);
    options.client.command_timeout = 60s;
    return options;
}

void make_poll(Node& node) {
    REQUIRE(node.write(a_thread("t")));
    REQUIRE(node.write(a_poll("p", "t")));
}

// Votes of one voter each, and what became of them.
class Crowd {
  public:
    explicit Crowd(Node& node) : node_(node) {}

    // False when the store did not take it.
    bool vote() {
        std::vector<Write> one;
        const auto serial = kFirstSerial + sent_.size();
        const std::string voter = "crowd-" + std::to_string(serial);
        one.push_back({Ticket{.serial = serial}, a_vote(kBox, "t", voter, 1)});
        if (!node_.store().submit(one)) return false;
        sent_.push_back(serial);
        return true;
    }
    // Waits for all outcomes. Every acknowledged ballot must be there.
    void check() {
        std::uint64_t acknowledged = 0;
        for (const auto serial : sent_) {
            const auto outcome = node_.recorder().wait_for(serial);
            CHECK(node_.recorder().times_settled(serial) == 1);
            if (!outcome) {
                CHECK(outcome.error().temporary());
                continue;
            }
            ++acknowledged;
            const auto held = node_.ballots("t", "crowd-" + std::to_string(serial), {kBox});
            REQUIRE(held);
            CHECK(held->front() == OptionSet(1));
        }
        const auto tally = node_.poll("p")->tally;
        CHECK(tally.voters >= acknowledged);
        CHECK(tally.voters <= sent_.size());
        CHECK(acknowledged > 0);
    }
    [[nodiscard]] std::size_t sent() const { return sent_.size(); }

  private:
    static constexpr std::uint64_t kFirstSerial = 1'000'000;
    Node& node_;
    std::vector<std::uint64_t> sent_;
};

}  // namespace

TEST_CASE("redis: a server that is killed under load has what it acknowledged", "[redis][faults]") {
    test::RedisServer server(durable());
    Node node(quick(server));
    make_poll(node);
    Crowd crowd(node);
    for (int kill = 1; kill <= 3; ++kill) {
        while (crowd.sent() < static_cast<std::size_t>(kill) * 3'000) (void)crowd.vote();
        server.kill();
        node.recorder().wait_for_health(false);
        server.start();
        node.recorder().wait_for_health(true);
        node.recorder().wait_for_gaps(static_cast<std::size_t>(kill));  // news may have been missed
    }
    crowd.check();
}

TEST_CASE("redis: comments keep their offsets through kills", "[redis][faults]") {
    test::RedisServer server(durable());
    Node node(quick(server));
    REQUIRE(node.write(a_thread("t")));
    std::map<std::uint64_t, std::uint64_t> sent;  // serial → comment
    std::uint64_t number = 0;
    for (int kill = 1; kill <= 3; ++kill) {
        while (sent.size() < static_cast<std::size_t>(kill) * 500) {
            std::vector<Write> one;
            one.push_back({Ticket{.serial = 10'000 + ++number}, a_comment(number, "t")});
            if (node.store().submit(one)) sent.emplace(10'000 + number, number);
        }
        server.kill();
        node.recorder().wait_for_health(false);
        server.start();
        node.recorder().wait_for_health(true);
    }
    std::map<std::uint64_t, int> acknowledged;  // comment → times in the stream
    for (const auto& [serial, comment] : sent) {
        if (node.recorder().wait_for(serial)) acknowledged[comment] = 0;
    }
    REQUIRE(node.write_when_up(a_comment(++number, "t")));
    const auto log = node.log("t")->records;
    for (std::size_t i = 0; i < log.size(); ++i) {
        CHECK(log[i].offset == i + 1);
        const auto at = acknowledged.find(log[i].comment.id.value());
        if (at != acknowledged.end()) ++at->second;
    }
    for (const auto& [comment, times] : acknowledged) CHECK(times == 1);
    const auto site = node.site_log()->records;
    REQUIRE(site.size() == log.size());
    for (std::size_t i = 0; i < site.size(); ++i) CHECK(site[i].comment.id == log[i].comment.id);
}

TEST_CASE("redis: a store that stops while the server is away settles all", "[redis][faults]") {
    test::RedisServer server(durable());
    auto options = quick(server);
    options.wait = 60s;
    options.retry_window = 100ms;
    store::Recorder recorder;
    RedisStore store(options);
    store.start(recorder);
    server.kill();
    recorder.wait_for_health(false);
    std::vector<Write> writes;
    for (std::uint64_t i = 1; i <= 2'000; ++i)
        writes.push_back({Ticket{.serial = i}, a_vote(kBox, "t", "u" + std::to_string(i), 1)});
    REQUIRE(store.submit(writes));
    store.stop();
    for (std::uint64_t i = 1; i <= 2'000; ++i) REQUIRE(recorder.times_settled(i) == 1);
}

TEST_CASE("redis: writes that got no answer are asked about, and count once", "[redis][faults]") {
    test::RedisServer server(durable());
    Node other(patient(server));
    make_poll(other);
    auto options = impatient(server);
    options.retry_window = 60s;
    options.wait = 60s;  // for those behind the ones that got no answer
    Node node(options);
    const auto before = other.poll("p")->tally.version;
    std::vector<Command> votes;
    for (int i = 0; i < 2'000; ++i) votes.push_back(a_vote(kBox, "t", "u" + std::to_string(i), 1));
    // Stopped, it has the calls in its socket and executes them when it goes on, although the store
    // has given the connection up by then.
    server.pause();
    const auto serials = node.submit(std::move(votes));
    node.recorder().wait_for_health(false);
    server.resume();
    for (const auto serial : serials) REQUIRE(node.recorder().wait_for(serial));
    const auto tally = other.poll("p")->tally;
    CHECK(tally.voters == 2'000);
    CHECK(tally.version == before + 2'000);
}

TEST_CASE("redis: while the server is away writes are refused at once", "[redis][faults]") {
    test::RedisServer server(durable());
    Node node(quick(server));
    make_poll(node);
    server.kill();
    node.recorder().wait_for_health(false);
    std::vector<Write> one{{Ticket{.serial = 5'000}, a_vote(kBox, "t", "ann", 1)}};
    const auto refused = node.store().submit(one);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::store_unavailable);
    CHECK(one.size() == 1);
    CHECK(node.poll("p").error().code == ErrorCode::store_unavailable);
    server.start();
    node.recorder().wait_for_health(true);
    CHECK(node.write_when_up(a_vote(kBox, "t", "ann", 1)));
    CHECK(node.poll("p")->tally.voters == 1);
}

TEST_CASE("redis: with a time to wait, writes wait for the server", "[redis][faults]") {
    test::RedisServer server(durable());
    auto options = quick(server);
    options.wait = 60s;
    Node node(options);
    make_poll(node);
    server.kill();
    node.recorder().wait_for_health(false);
    std::vector<std::uint64_t> serials;
    for (int i = 0; i < 100; ++i)
        serials.push_back(node.submit({a_vote(kBox, "t", "u" + std::to_string(i), 1)}).front());
    server.start();
    for (const auto serial : serials) CHECK(node.recorder().wait_for(serial));
    CHECK(node.poll("p")->tally.voters == 100);
}

TEST_CASE("redis: what waits longer than it may is answered", "[redis][faults]") {
    test::RedisServer server(durable());
    auto options = impatient(server);
    options.wait = 200ms;
    options.retry_window = 200ms;
    Node node(options);
    Node other(patient(server));
    make_poll(other);
    server.pause();
    const auto unknown = node.submit({a_vote(kBox, "t", "ann", 1)}).front();
    const auto outcome = node.recorder().wait_for(unknown);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::store_unavailable);
    const auto waiting = node.submit({a_vote(kBox, "t", "bob", 1)}).front();
    CHECK(node.recorder().wait_for(waiting).error().code == ErrorCode::store_unavailable);
    server.resume();
}

TEST_CASE("redis: a voter's later ballot is not undone by one that comes late", "[redis][faults]") {
    test::RedisServer server(durable());
    auto options = impatient(server);
    options.retry_window = 100ms;
    Node node(options);
    Node other(patient(server));
    make_poll(other);
    server.pause();
    const auto late = node.submit({a_vote(kBox, "t", "ann", 0b01)}).front();
    CHECK_FALSE(node.recorder().wait_for(late));
    server.resume();
    REQUIRE(node.write_when_up(a_vote(kBox, "t", "ann", 0b10)));
    CHECK(other.ballots("t", "ann", {kBox})->front() == OptionSet(0b10));
}

namespace {

// What a node does before it dies between a comment's two steps.
void leave_behind(test::RedisServer& server, std::uint64_t number) {
    auto comment = a_comment(number, "t");
    const auto id = comment.change.after.id;
    Batch batch(store::contract::thread_id("t"));
    batch.add({{}, std::move(comment)});
    (void)server.ask({"SET", "vp:comment:" + id.str(), "t"});
    (void)server.ask({"ZADD", "vp:site:{main}:active", std::to_string(std::time(nullptr)), "t"});
    (void)server.ask(
        {"FCALL", function_name("vp_write"), "1", "vp:{t}:thread", "dead", std::to_string(number),
         "0", batch.encode()}
    );
}

std::set<std::uint64_t> site_offsets(const std::vector<Change>& changes) {
    std::set<std::uint64_t> out;
    for (const auto& appended : store::contract::only<LogAppended>(changes)) {
        if (appended.record.site_offset != 0) out.insert(appended.record.site_offset);
    }
    return out;
}

std::vector<std::uint64_t> numbers(const std::vector<LogRecord>& records) {
    std::vector<std::uint64_t> out;
    for (const auto& record : records) out.push_back(record.comment.id.value());
    return out;
}

}  // namespace

TEST_CASE("redis: the next comment brings what a dead node left behind", "[redis][faults]") {
    test::RedisServer server;
    Node node(options_for(server));
    REQUIRE(node.write(a_thread("t")));
    REQUIRE(node.write(a_comment(1, "t")));
    leave_behind(server, 2);
    leave_behind(server, 3);
    CHECK(numbers(node.site_log()->records) == std::vector<std::uint64_t>{1});
    REQUIRE(node.write(a_comment(4, "t")));
    CHECK(numbers(node.site_log()->records) == std::vector<std::uint64_t>{1, 2, 3, 4});
    CHECK(numbers(node.log("t")->records) == std::vector<std::uint64_t>{1, 2, 3, 4});
    node.recorder().wait_for_changes([](const auto& changes) {
        return site_offsets(changes) == std::set<std::uint64_t>{1, 2, 3, 4};
    });
}

TEST_CASE("redis: a node that starts looks for what a dead one left behind", "[redis][faults]") {
    test::RedisServer server;
    Node first(options_for(server));
    REQUIRE(first.write(a_thread("t")));
    leave_behind(server, 1);
    Node second(options_for(server));
    first.recorder().wait_for_changes([](const auto& changes) {
        return !store::contract::only<LogAppended>(changes).empty();
    });
    CHECK(numbers(first.site_log()->records) == std::vector<std::uint64_t>{1});
    // The one that brought it hears of it like the others.
    second.recorder().wait_for_changes([](const auto& changes) {
        return site_offsets(changes) == std::set<std::uint64_t>{1};
    });
}

TEST_CASE("redis: a server that loses its functions gets them again", "[redis][faults]") {
    test::RedisServer server(durable());
    Node node(quick(server));
    make_poll(node);
    REQUIRE(node.write(a_vote(kBox, "t", "ann", 1)));
    const auto epoch = node.log("t")->position.epoch;
    (void)server.ask({"FUNCTION", "FLUSH"});
    const auto refused = node.write(a_vote(kBox, "t", "bob", 1));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::store_unavailable);
    REQUIRE(node.write_when_up(a_vote(kBox, "t", "bob", 1)));
    CHECK(node.poll("p")->tally.voters == 2);
    CHECK(node.log("t")->position.epoch == epoch);
}

TEST_CASE("redis: replicated means that a replica has it", "[redis][faults]") {
    test::RedisServer primary({.config = {"repl-diskless-sync-delay 0"}});
    test::RedisServer replica({.config = {"replicaof 127.0.0.1 " + std::to_string(primary.port())}}
    );
    auto options = options_for(primary);
    options.ack = Ack::replicated;
    options.replica_timeout = 60s;
    Node node(options);
    options.replica_timeout = 100ms;
    Node hasty(options);
    while (replica.ask({"INFO", "replication"}).find("master_link_status:up") == std::string::npos)
        std::this_thread::yield();
    REQUIRE(node.write(a_thread("t")));
    REQUIRE(node.write(a_poll("p", "t")));
    REQUIRE(node.write(a_vote(kBox, "t", "ann", 1)));
    CHECK(replica.ask({"HGET", "vp:{t}:ballots:poll/p/1", "ann"}) == "1");
    replica.pause();
    const auto refused = hasty.write(a_vote(kBox, "t", "bob", 1));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::store_unavailable);
    replica.resume();
    REQUIRE(node.write_when_up(a_vote(kBox, "t", "bob", 1)));
    CHECK(node.poll("p")->tally.voters == 2);
}

TEST_CASE("redis: who waits for replicas holds up nobody else", "[redis][faults]") {
    test::RedisServer primary({.config = {"repl-diskless-sync-delay 0"}});
    Node other(options_for(primary));
    REQUIRE(other.write(a_thread("t")));
    REQUIRE(other.write(a_poll("p", "t")));
    auto options = options_for(primary);
    options.ack = Ack::replicated;
    options.replica_timeout = 10min;
    Node node(options);
    const auto vote = node.submit({a_vote(kBox, "t", "ann", 1)}).front();
    while (node.poll("p")->tally.voters == 0) std::this_thread::yield();
    CHECK(node.recorder().times_settled(vote) == 0);
    // Counters promise nothing that a replica would have to keep.
    AddCounts counts{.node_epoch = "E", .batch = 1};
    counts.deltas.push_back({.thread = store::contract::thread_id("other"), .by = {1, 0, 0}});
    const auto counted = node.write(std::move(counts));
    CHECK(counted);
    const test::RedisServer replica(
        {.config = {"replicaof 127.0.0.1 " + std::to_string(primary.port())}}
    );
    CHECK(node.recorder().wait_for(vote));
}

TEST_CASE(
    "redis: without replicas one write tries, and the others are refused", "[redis][faults]"
) {
    test::RedisServer primary({.config = {"repl-diskless-sync-delay 0"}});
    auto options = options_for(primary);
    Node other(options);
    REQUIRE(other.write(a_thread("t")));
    REQUIRE(other.write(a_poll("p", "t")));
    options.ack = Ack::replicated;
    options.replica_timeout = 50ms;
    Node node(options);
    for (const auto* voter : {"ann", "bob", "cid"})
        CHECK(node.write(a_vote(kBox, "t", voter, 1)).error().code == ErrorCode::store_unavailable);
    CHECK(other.poll("p")->tally.voters == 1);
    const test::RedisServer replica(
        {.config = {"replicaof 127.0.0.1 " + std::to_string(primary.port())}}
    );
    CHECK(node.write_when_up(a_vote(kBox, "t", "bob", 1)));
    CHECK(other.poll("p")->tally.voters == 2);
}

TEST_CASE("redis: a start says where it looks for Redis, and goes on when it comes", "[redis]") {
    test::RedisServer server;
    server.kill();
    test::LogPipe pipe;
    auto options = quick(server);
    options.log = pipe.log();
    options.start_timeout = 5min;
    store::Recorder recorder;
    RedisStore store(options);
    std::jthread starting([&] { store.start(recorder); });
    const auto at = "127.0.0.1:" + std::to_string(server.port());
    for (int again = 0; again < 2; ++again)
        CHECK_THAT(
            pipe.line(), Catch::Contains("Redis cannot be reached; trying again") &&
                             Catch::Contains("\"at\":\"" + at) &&
                             Catch::Contains("Connection refused")
        );
    server.start();
    starting.join();
    store.stop();
}

TEST_CASE("redis: a store says at its start that Redis is not there", "[redis]") {
    StoreOptions options;
    options.client.endpoints.push_back({.host = "127.0.0.1", .port = test::free_port(), .path = {}}
    );
    options.log = base::Log(base::LogLevel::off);
    options.start_timeout = 100ms;
    options.client.backoff = {.first = 1ms, .longest = 10ms};
    store::Recorder recorder;
    RedisStore store(options);
    CHECK_THROWS_WITH(
        store.start(recorder), Catch::Contains("Redis cannot be reached at 127.0.0.1:") &&
                                   Catch::Contains("Connection refused; start it, or")
    );
}
