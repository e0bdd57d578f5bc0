// `voxpop verify --store redis://…` finds what is not as it should be, nothing else, and puts right
// what can be counted anew. The damage is done by hand, as an operator's slip would.
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "store/redis/bounds.hpp"
#include "store/redis/verify.hpp"
#include "tests/store/redis/log_pipe.hpp"
#include "tests/store/redis/node.hpp"
#include "tests/store/redis/server_options.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using namespace voxpop::domain;
using Catch::Matchers::Contains;
using store::VerifyReport;
using store::contract::only;
using store::contract::poll_id;
using store::contract::thread_id;

namespace {

const BoxId kBox = BoxId::poll(poll_id("p"), 1);

Append a_reply(std::uint64_t number, std::uint64_t root) {
    const Thread in{.id = thread_id("t")};
    const auto parent = a_comment(root, "t").change.after;
    return {
        .change = domain::post({
                                   .id = base::CommentId(number),
                                   .thread = &in,
                                   .parent = &parent,
                                   .author = {store::contract::user("bob"), "Bob"},
                                   .text = store::contract::text("reply"),
                                   .now = store::contract::kNow + std::chrono::milliseconds(number),
                               })
                      .value()
    };
}

// Two threads; a poll with five ballots; two comments, one with a reply and a like.
void fill(const StoreOptions& options) {
    Node node(options);
    REQUIRE(node.write(a_thread("t")));
    REQUIRE(node.write(a_thread("empty")));
    REQUIRE(node.write(a_poll("p", "t")));
    for (int i = 0; i < 5; ++i)
        REQUIRE(node.write(a_vote(kBox, "t", "voter-" + std::to_string(i), i < 2 ? 1 : 2)));
    REQUIRE(node.write(a_comment(1, "t")));
    REQUIRE(node.write(a_comment(2, "t")));
    REQUIRE(node.write(a_reply(3, 1)));
}
void fill(const test::RedisServer& server) {
    fill(options_for(server));
}

StoreOptions in_database(const test::RedisServer& server, int database) {
    auto options = options_for(server);
    options.client.database = database;
    return options;
}

// As it is when a node dies between the two steps of an event, and nobody sweeps.
void leave_in_outbox(const test::RedisServer& server, int database = 0) {
    (void)server.ask(
        {"EVAL",
         "redis.call('SELECT', ARGV[1])"
         " local event = redis.call('XRANGE', KEYS[1], '-', '+')[3][2][2]"
         " local hidden_from_visible = string.char(1, 3)"
         " local entry = string.rep('\\0', 16) .. hidden_from_visible .. string.rep('\\0', 8)"
         " local seq = string.format('%d', redis.call('HGET', KEYS[3], 'seq') + 1)"
         " redis.call('XADD', KEYS[2], seq .. '-0', 'e', entry .. event)"
         " return redis.call('HSET', KEYS[3], 'seq', seq)",
         "3", "vp:{t}:log", "vp:{t}:outbox", "vp:{t}:thread", std::to_string(database)}
    );
}

VerifyReport check(const test::RedisServer& server, bool repair = false) {
    return verify(options_for(server), "redis://test", repair);
}

struct Damage {
    std::vector<std::string> command;
    std::string told;
};

std::string id_of(std::uint64_t comment) {
    return base::CommentId(comment).str();
}

}  // namespace

TEST_CASE(
    "redis verify: finds nothing in what the store wrote, while it is open and after", "[redis]"
) {
    test::RedisServer server;
    fill(server);
    Node node(options_for(server));
    const auto online = check(server);
    INFO(online.text());
    CHECK(online.ok());
    CHECK_THAT(
        online.text(), Contains("ballots: 5 checked, no difference") && Contains("all is well")
    );
    REQUIRE(node.write(a_vote(kBox, "t", "ann", 1)));  // nobody was disturbed
    CHECK(check(server).ok());
}

TEST_CASE("redis verify: names each thing that was damaged, and repairs it", "[redis]") {
    const std::string ballots = "vp:{t}:ballots:poll/p/1";
    const std::string spoil = R"(
        local k = KEYS[1] local r = redis.call('HGET', k, ARGV[1])
        return redis.call('HSET', k, ARGV[1], r:sub(1, 5) .. '\9\0\0\0' .. r:sub(10))
    )";
    const auto damage = GENERATE_COPY(
        Damage{
            {"HSET", ballots, "voter-0", "2"},
            "poll/p/1: the tally says 5 voters [2,3], its ballots give 5 voters [1,4]"
        },
        Damage{{"HDEL", ballots, "voter-0"}, "its ballots give 4 voters [1,3]"},
        Damage{{"DEL", ballots}, "its ballots give 0 voters []"},
        Damage{{"HDEL", "vp:{t}:tally", "poll/p/1"}, "the tally says 0 voters []"},
        Damage{{"HSET", "vp:{t}:thread", "comments", "7"}, "thread t: stored is 7, counted are 3"},
        Damage{
            {"EVAL", spoil, "1", "vp:{t}:comments", id_of(1)},
            "comment " + id_of(1) + ": stored is 9, counted are 1"
        }
    );
    test::RedisServer server;
    fill(server);
    (void)server.ask(damage.command);
    const auto found = check(server);
    INFO(found.text());
    CHECK_FALSE(found.ok());
    CHECK_THAT(found.text(), Contains(damage.told));
    CHECK_FALSE(check(server).ok());  // looking has changed nothing
    const auto repaired = check(server, true);
    INFO(repaired.text());
    CHECK(repaired.ok());
    CHECK_THAT(repaired.text(), Contains("1 repaired"));
    CHECK(check(server).ok());
}

TEST_CASE("redis verify: names that are lost are found again", "[redis]") {
    test::RedisServer server;
    fill(server);
    auto timed = a_poll("timed", "t");
    timed.poll.closes_at = store::contract::kNow + std::chrono::hours(1);
    {
        Node node(options_for(server));
        REQUIRE(node.write(timed));
    }
    CHECK(check(server).ok());
    (void)server.ask({"DEL", "vp:poll:p", "vp:comment:" + id_of(1), "vp:site:{main}:timed"});
    const auto found = check(server);
    INFO(found.text());
    CHECK_FALSE(found.ok());
    CHECK_THAT(
        found.text(), Contains("vp:poll:p of thread t is missing") &&
                          Contains("vp:comment:" + id_of(1) + " of thread t is missing") &&
                          Contains("poll timed of thread t is not among them")
    );
    CHECK(check(server, true).ok());
    CHECK(check(server).ok());
    Node node(options_for(server));
    CHECK(node.poll("p"));
    const auto polls = node.ask<std::vector<Poll>>([&](auto answer) {
        node.store().timed_polls(std::move(answer));
    });
    REQUIRE(polls->size() == 1);
    CHECK(polls->front().id == poll_id("timed"));
}

TEST_CASE("redis verify: names what no counting can bring back", "[redis]") {
    const auto damage = GENERATE(
        Damage{{"XDEL", "vp:{t}:log", "2-0"}, "its stream has 2 events from 1 to 3"},
        Damage{{"HSET", "vp:{t}:thread", "offset", "4"}, "the offset is 4"},
        Damage{{"XDEL", "vp:site:{main}:log", "2-0"}, "the site's stream has 2 events from 1 to 3"},
        Damage{{"HSET", "vp:{t}:ballots:poll/p/1", "voter-0", "0"}, "choose nothing"},
        Damage{{"SET", "vp:poll:p", "empty"}, "vp:poll:p of thread t leads to empty"}
    );
    test::RedisServer server;
    fill(server);
    (void)server.ask(damage.command);
    const auto report = check(server, true);
    INFO(report.text());
    CHECK_FALSE(report.ok());
    CHECK_THAT(report.text(), Contains(damage.told));
}

TEST_CASE("redis verify: a repaired tally is no loss for the nodes", "[redis]") {
    test::RedisServer server({.append_only = true});
    fill(server);
    auto options = options_for(server);
    options.client.backoff = {.first = std::chrono::milliseconds(5)};
    Node node(options);
    REQUIRE(node.watch("t"));
    REQUIRE(node.write(a_vote(kBox, "t", "ann", 1)));
    const auto epoch = node.log("t")->position.epoch;
    server.kill();
    node.recorder().wait_for_health(false);
    {
        // While this node is away it is another server that repairs.
        const test::RedisServer again(
            {.append_only = true, .config = {"dir " + server.folder().string()}}
        );
        (void)again.ask({"HDEL", "vp:{t}:ballots:poll/p/1", "voter-0"});
        CHECK(check(again, true).ok());
        REQUIRE(Node(options_for(again)).write(a_vote(kBox, "t", "bob", 1)));
    }
    server.start();
    node.recorder().wait_for_health(true);
    CHECK(node.poll("p")->tally.voters == 6);
    CHECK(node.log("t")->position.epoch == epoch);
}

TEST_CASE("redis verify: a repaired tally is news for the nodes", "[redis]") {
    test::RedisServer server;
    fill(server);
    Node node(options_for(server));
    REQUIRE(node.watch("t"));
    (void)server.ask({"HDEL", "vp:{t}:ballots:poll/p/1", "voter-0"});
    CHECK(check(server, true).ok());
    const auto tally = node.poll("p")->tally;
    CHECK(tally.voters == 4);
    node.recorder().wait_for_changes([&](const auto& changes) {
        const auto boxes = only<BoxChanged>(changes);
        return !boxes.empty() && boxes.back().tally == tally;
    });
}

// Channels know nothing of databases, so a database has channels of its own.
TEST_CASE("redis verify: a repair is news for the nodes of its database alone", "[redis]") {
    test::RedisServer server;
    auto options = in_database(server, 3);
    options.sweep_interval = std::chrono::hours(1);
    fill(options);
    fill(server);
    Node elsewhere(options_for(server));
    Node node(options);
    REQUIRE(elsewhere.watch("t"));
    REQUIRE(node.watch("t"));
    SECTION("a tally") {
        (void)server.ask(
            {"EVAL", "redis.call('SELECT', 3) return redis.call('HDEL', KEYS[1], ARGV[1])", "1",
             "vp:{t}:ballots:poll/p/1", "voter-0"}
        );
        CHECK(verify(options, "redis://test/3", true).ok());
        const auto tally = node.poll("p")->tally;
        CHECK(tally.voters == 4);
        node.recorder().wait_for_changes([&](const auto& changes) {
            const auto boxes = only<BoxChanged>(changes);
            return !boxes.empty() && boxes.back().tally == tally;
        });
    }
    SECTION("an event of the site's stream") {
        leave_in_outbox(server, 3);
        CHECK(verify(options, "redis://test/3", true).ok());
        node.recorder().wait_for_changes([&](const auto& changes) {
            return std::ranges::any_of(only<LogAppended>(changes), [](const auto& change) {
                return change.record.site_offset == 4;
            });
        });
    }
    CHECK(elsewhere.poll("p")->tally.voters == 5);
    CHECK(elsewhere.recorder().changes().empty());
    CHECK(elsewhere.recorder().gaps() == 0);
}

TEST_CASE(
    "redis verify: brings what a dead node left in an outbox to the site's stream", "[redis]"
) {
    test::RedisServer server;
    fill(server);
    leave_in_outbox(server);
    const auto found = check(server);
    INFO(found.text());
    CHECK_FALSE(found.ok());
    CHECK_THAT(found.text(), Contains("thread t: a node that ended has left 1 in the outbox"));
    const auto repaired = check(server, true);
    INFO(repaired.text());
    CHECK(repaired.ok());
    CHECK(server.ask({"XLEN", "vp:site:{main}:log"}) == "4");
    CHECK(check(server).ok());
}

TEST_CASE("redis verify: waits for what it has begun to bring", "[redis]") {
    test::RedisServer server;
    fill(server);
    leave_in_outbox(server);
    auto options = options_for(server);
    options.client.command_timeout = std::chrono::seconds(10);
    (void)server.ask({"CLIENT", "PAUSE", "6000", "WRITE"});  // it looks for 2 s before it writes
    const auto repaired = verify(options, "redis://test", true);
    INFO(repaired.text());
    CHECK(repaired.ok());
    CHECK(server.ask({"XLEN", "vp:site:{main}:log"}) == "4");
}

TEST_CASE("redis verify: another site than the nodes' is refused, and nothing written", "[redis]") {
    test::RedisServer server;
    fill(server);
    leave_in_outbox(server);
    auto options = options_for(server);
    options.site = "news";
    const auto report = verify(options, "redis://test", true);
    CHECK_FALSE(report.ok());
    CHECK_THAT(
        report.text(), Contains("not verified: ") && Contains("of site 'news', but of 'main'") &&
                           Contains("--set site.id=main") && Contains("--config")
    );
    CHECK(server.ask({"KEYS", "vp:site:{news}*"}).empty());
}

TEST_CASE("redis verify: the site's lists become what the threads say", "[redis]") {
    test::RedisServer server;
    fill(server);
    const auto id = id_of(1);
    const auto state = [&](int number) { return "vp:site:{main}:state:" + std::to_string(number); };
    SECTION("a comment that the site's shard has lost") {
        (void)server.ask({"ZREM", state(1), id + " t"});
    }
    SECTION("one that it lists where it was") {
        (void)server.ask({"ZADD", state(0), "1", id + " t"});
    }
    SECTION("one that its thread has lost") {
        (void)server.ask({"ZADD", state(0), "1", id_of(99) + " t"});
    }
    SECTION("one of a thread that is lost") {
        (void)server.ask({"ZADD", "vp:site:{main}:reported", "1", id + " gone"});
    }
    const auto found = check(server);
    INFO(found.text());
    CHECK_FALSE(found.ok());
    CHECK_THAT(found.text(), Contains("the site has"));
    CHECK(check(server, true).ok());
    CHECK(check(server).ok());
    CHECK(server.ask({"ZCARD", state(1)}) == "3");
    CHECK(server.ask({"ZCARD", state(0)}) == "0");
    CHECK(server.ask({"EXISTS", "vp:site:{main}:reported"}) == "0");
}

TEST_CASE("redis verify: counts while others vote", "[redis]") {
    test::RedisServer server;
    fill(server);
    Node node(options_for(server));
    std::atomic<bool> done{false};
    std::thread voting([&] {
        for (int i = 0; !done; ++i)
            (void)node.write(a_vote(kBox, "t", "v-" + std::to_string(i % 100), 1U << (i % 3)));
    });
    for (int i = 0; i < 20; ++i) {
        const auto report = check(server);
        INFO(report.text());
        CHECK(report.ok());
    }
    done = true;
    voting.join();
}

TEST_CASE("redis verify: a large box is counted only while it stands still", "[redis]") {
    test::RedisServer server;
    fill(server);
    (void)server.ask(
        {"EVAL",
         "for i = 1, tonumber(ARGV[1]) do redis.call('HSET', KEYS[1], 'many-' .. i, '1') end", "1",
         "vp:{t}:ballots:poll/p/1", std::to_string(bounds::kBallotsAtOnceMax)}
    );
    {
        Node node(options_for(server));
        std::atomic<bool> done{false};
        std::thread voting([&] {
            for (int i = 0; !done; ++i) (void)node.write(a_vote(kBox, "t", "ann", 1U << (i % 3)));
        });
        const auto report = check(server, true);
        done = true;
        voting.join();
        INFO(report.text());
        CHECK_THAT(report.text(), Contains("poll/p/1: it moved whenever its ballots were counted"));
        CHECK(node.poll("p")->tally.voters < bounds::kBallotsAtOnceMax);  // not repaired
    }
    CHECK(check(server, true).ok());
    CHECK(check(server).ok());
    Node node(options_for(server));
    CHECK(node.poll("p")->tally.voters > bounds::kBallotsAtOnceMax);
}

TEST_CASE("redis verify: says so when there is nobody to ask, and while it waits", "[redis]") {
    auto options = [] {
        test::RedisServer server;
        return options_for(server);
    }();
    options.start_timeout = std::chrono::milliseconds(200);
    test::LogPipe pipe;
    options.log = pipe.log();
    const auto report = verify(options, "redis://test", false);
    CHECK_FALSE(report.ok());
    CHECK_THAT(
        report.text(),
        Contains("not verified: Redis cannot be reached at 127.0.0.1:") &&
            Contains("Connection refused; start it, or give its address with --store")
    );
    CHECK_THAT(pipe.line(), Contains("Redis cannot be reached; trying again"));
}

TEST_CASE("redis verify: a refused login is said at once", "[redis]") {
    const test::RedisServer server({.config = {"requirepass right"}});
    auto options = options_for(server);
    test::LogPipe pipe;
    options.log = pipe.log();
    const auto password = GENERATE(as<std::string>(), "wrong", "");
    options.client.password = password;
    const auto began = std::chrono::steady_clock::now();
    const auto report = verify(options, "redis://test", false);
    CHECK(std::chrono::steady_clock::now() - began < options.start_timeout / 2);
    CHECK_FALSE(report.ok());
    CHECK_THAT(
        report.text(), Contains(
                           "not verified: Redis at 127.0.0.1:" + std::to_string(server.port()) +
                           " refuses the login: " + (password.empty() ? "NOAUTH" : "WRONGPASS")
                       ) && Contains("; see --store\n")
    );
    CHECK(pipe.empty());
}

TEST_CASE("redis verify: a node has been here, and has stored nothing yet", "[redis]") {
    const test::RedisServer server;
    {
        const Node node(options_for(server));
    }
    CHECK(server.ask({"EXISTS", "vp:secret:token"}) == "0");
    const auto report = check(server);
    INFO(report.text());
    CHECK(report.ok());
}

TEST_CASE("redis verify: an empty Redis is not all well, and stays as it is", "[redis]") {
    const test::RedisServer server;
    const auto report = check(server, true);
    CHECK_FALSE(report.ok());
    CHECK_THAT(
        report.text(), Contains("not verified: Redis at 127.0.0.1:") &&
                           Contains("there is nothing of Voxpop in it") && Contains("--store")
    );
    CHECK(server.ask({"FUNCTION", "LIST"}).empty());
    CHECK(server.ask({"DBSIZE"}) == "0");
}

TEST_CASE("redis verify: another database than the nodes' is not all well", "[redis]") {
    const test::RedisServer server;
    fill(server);
    auto options = options_for(server);
    options.client.database = 3;
    const auto report = verify(options, "redis://test/3", false);
    CHECK_FALSE(report.ok());
    CHECK_THAT(report.text(), Contains("not verified: there is nothing of Voxpop in it"));
}

TEST_CASE("redis verify: data without the functions of this version are left alone", "[redis]") {
    const test::RedisServer server;
    fill(server);
    (void)server.ask({"FUNCTION", "FLUSH"});
    SECTION("none at all") {
        CHECK_THAT(
            check(server).text(), Contains("no functions of any version of Voxpop") &&
                                      Contains("start a node of the version that wrote the data")
        );
        CHECK(server.ask({"FUNCTION", "LIST"}).empty());
    }
    SECTION("those of another version") {
        (void)server.ask(
            {"FUNCTION", "LOAD",
             "#!lua name=voxpop_other\nredis.register_function('vp_version_other', function() "
             "return 'other' end)"}
        );
        CHECK_THAT(
            check(server).text(), Contains("only nodes of another version have run on it") &&
                                      Contains("or start a node of this version first")
        );
        CHECK(server.ask({"FUNCTION", "LIST"}).find("vp_version_other") != std::string::npos);
    }
    {
        const Node node(options_for(server));
    }
    CHECK(check(server).ok());
}
