// The functions themselves, where the store's own calls would not show the difference.
#include <catch2/catch.hpp>

#include "store/redis/batch.hpp"
#include "store/redis/bounds.hpp"
#include "store/redis/library.hpp"
#include "tests/store/redis/node.hpp"
#include "tests/store/redis/server_options.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using namespace voxpop::domain;

namespace {

const BoxId kBox = BoxId::poll(store::contract::poll_id("p"), 1);

// A call of vp_write as the node "other" sends it.
std::string write(
    const test::RedisServer& server, std::uint64_t number, const std::string& voter,
    std::uint64_t options
) {
    Batch batch(store::contract::thread_id("t"));
    batch.add({{}, a_vote(kBox, "t", voter, options)});
    return server.ask(
        {"FCALL", function_name("vp_write"), "1", "vp:{t}:thread", "other", std::to_string(number),
         std::to_string(number % bounds::kCallsInFlight), batch.encode()}
    );
}

// A tally as it is kept.
struct Kept {
    Tally tally;
    Lineage lineage{};
    std::uint64_t before = 0;
};
Kept kept(const test::RedisServer& server) {
    const auto bytes = server.ask({"HGET", "vp:{t}:tally", "poll/p/1"});
    Unpacker in(bytes);
    Kept kept{.tally = read_tally(in)};
    kept.lineage = read_lineage(in);
    kept.before = in.u64();
    REQUIRE((in.ok() && in.empty()));
    return kept;
}

// As a library wrote it that knew of no lineages.
void forget_lineage(const test::RedisServer& server) {
    const auto bytes = server.ask({"HGET", "vp:{t}:tally", "poll/p/1"});
    constexpr std::size_t kLineageBytes = 12;
    (void
    )server.ask({"HSET", "vp:{t}:tally", "poll/p/1", bytes.substr(0, bytes.size() - kLineageBytes)}
    );
}

void raise(const test::RedisServer& server, std::uint64_t told) {
    (void)server.ask(
        {"FCALL", function_name("vp_raise_tallies"), "1", "vp:{t}:thread", "poll/p/1",
         std::to_string(told)}
    );
}

void make_poll(Node& node) {
    REQUIRE(node.write(a_thread("t")));
    REQUIRE(node.write(a_poll("p", "t")));
}

}  // namespace

TEST_CASE("redis: a batch that is sent again is answered as the first time", "[redis]") {
    test::RedisServer server;
    Node node(options_for(server));
    make_poll(node);
    const auto first = write(server, 1, "ann", 0b01);
    const auto tally = node.poll("p")->tally;
    CHECK(write(server, 2, "ann", 0b10) != first);
    CHECK(write(server, 1, "ann", 0b01) == first);
    CHECK(node.ballots("t", "ann", {kBox})->front() == OptionSet(0b10));
    CHECK(node.poll("p")->tally.version == tally.version + 1);
}

TEST_CASE("redis: a batch that comes after newer ones of its node is refused", "[redis]") {
    test::RedisServer server;
    Node node(options_for(server));
    make_poll(node);
    (void)write(server, 1, "ann", 0b01);
    (void)write(server, 4, "ann", 0b10);
    CHECK(write(server, 2, "ann", 0b01).find("STALE") != std::string::npos);
    CHECK(write(server, 3, "ann", 0b01).find("STALE") != std::string::npos);
    CHECK(node.ballots("t", "ann", {kBox})->front() == OptionSet(0b10));
}

TEST_CASE("redis: what a function keeps besides the data has an end", "[redis]") {
    test::RedisServer server;
    Node node(options_for(server));
    make_poll(node);
    auto vote = a_vote(kBox, "t", "ann", 1);
    vote.idempotency = {
        store::contract::user("ann"), store::contract::id<base::IdempotencyKey>("k"), 1
    };
    REQUIRE(node.write(vote));
    REQUIRE(node.write(AddCounts{
        .node_epoch = "e",
        .batch = 1,
        .deltas = {{store::contract::thread_id("t"), {1, 0, 0}}},
    }));
    const auto keys = server.ask({"KEYS", "*"});
    for (const auto* kind : {"answer:", "batch:", "counted:"}) {
        INFO(kind);
        const auto at = keys.find(std::string("vp:{t}:") + kind);
        REQUIRE(at != std::string::npos);
        const auto key = keys.substr(at, keys.find('\n', at) - at);
        CHECK(std::stol(server.ask({"PTTL", key})) > 0);
    }
}

TEST_CASE("redis: versions of the functions are beside each other", "[redis]") {
    test::RedisServer server;
    Node node(options_for(server));
    auto other = library_text();
    for (auto at = other.find(library_version()); at != std::string::npos;
         at = other.find(library_version()))
        other.replace(at, library_version().size(), "next");
    (void)server.ask({"FUNCTION", "LOAD", "REPLACE", other});
    CHECK(server.ask({"FCALL_RO", "vp_version_next", "0"}) == "next");
    make_poll(node);
    CHECK(server.ask({"FCALL_RO", function_name("vp_version"), "0"}) == library_version());
}

TEST_CASE("redis: a tally is of the lineage of the server that wrote it last", "[redis]") {
    test::RedisServer server({.append_only = true});
    Node node(options_for(server));
    make_poll(node);
    const auto first = kept(server);
    CHECK(first.lineage != Lineage::unknown);
    CHECK(first.before == 0);
    const auto reply = write(server, 1, "ann", 0b01);
    CHECK(kept(server).lineage == first.lineage);
    CHECK(kept(server).before == 0);
    Batch batch(store::contract::thread_id("t"));
    batch.add({{}, a_vote(kBox, "t", "ann", 0b01)});
    CHECK(batch.read(reply)->lineage == first.lineage);

    server.kill();
    server.start();
    const auto told = kept(server);
    CHECK(told.tally.version == 2);
    CHECK(told.lineage == first.lineage);           // starting writes nothing
    CHECK(write(server, 1, "ann", 0b01) == reply);  // of the server that did it
    (void)write(server, 2, "bob", 0b01);
    const auto second = kept(server);
    CHECK(second.lineage != first.lineage);
    CHECK(second.before == 2);
    (void)write(server, 3, "cid", 0b01);
    CHECK(kept(server).lineage == second.lineage);
    CHECK(kept(server).before == 2);

    forget_lineage(server);
    (void)write(server, 4, "dan", 0b01);
    CHECK(kept(server).lineage == second.lineage);
    CHECK(kept(server).before == 4);
    CHECK(kept(server).tally.voters == 4);
}

TEST_CASE("redis: a raised tally is above what was told, and comes after it", "[redis]") {
    test::RedisServer server({.append_only = true});
    Node node(options_for(server));
    make_poll(node);
    for (std::uint64_t i = 1; i <= 3; ++i) (void)write(server, i, "u" + std::to_string(i), 0b01);
    const auto tally = kept(server).tally;
    REQUIRE(tally.version == 4);
    const auto lineage = kept(server).lineage;
    server.kill();
    server.start();
    const auto told = GENERATE(3U, 4U, 6U);
    raise(server, told);
    for (int again = 0; again < 2; ++again) {
        const auto raised = kept(server);
        CHECK(raised.tally.version == std::max(4U, told + 1));
        CHECK(raised.before == told);
        CHECK(raised.tally.counts == tally.counts);
        // One that is of the history which the raised one belongs to.
        CHECK((raised.lineage == lineage) == (told < 4));
        raise(server, told);
    }
    // Behind it all goes on, and another node's older loss is known to be one still.
    (void)write(server, 9, "eve", 0b01);
    CHECK(kept(server).tally.version == std::max(5U, told + 2));
    raise(server, 1);
    CHECK(kept(server).before >= told);
}

TEST_CASE("redis: a tally that is lost alone is counted before it moves", "[redis]") {
    test::RedisServer server;
    Node node(options_for(server));
    make_poll(node);
    for (const auto* voter : {"ann", "bob", "cid"})
        REQUIRE(node.write(a_vote(kBox, "t", voter, 1)));
    (void)server.ask({"HDEL", "vp:{t}:tally", "poll/p/1"});
    SECTION("by a ballot") {}
    SECTION("by one of several in one call") {
        std::vector<Command> votes{
            a_vote(kBox, "t", "dan", 0b01), a_vote(kBox, "t", "dan", 0b10),
            a_vote(kBox, "t", "dan", 0)
        };
        for (const auto serial : node.submit(std::move(votes)))
            CHECK(node.recorder().wait_for(serial));
    }
    SECTION("by raising its version") {
        raise(server, 4);
        CHECK(kept(server).tally.voters == 3);
    }
    SECTION("by a new definition") {
        auto poll = a_poll("p", "t");
        poll.version_before = 1;
        poll.poll.question = "Which one, then?";
        REQUIRE(node.write(poll));
        CHECK(kept(server).tally.voters == 3);
    }
    const auto outcome = node.write(a_vote(kBox, "t", "ann", 0b10));
    REQUIRE(outcome);
    CHECK(std::get<Chosen>(*outcome).tally.voters == 3);
    const auto tally = kept(server).tally;
    CHECK(tally.voters == 3);
    CHECK(tally.counts[0] == 2);
    CHECK(tally.counts[1] == 1);
}

TEST_CASE("redis: a tally that has less than the ballots goes to nothing, no further", "[redis]") {
    test::RedisServer server;
    Node node(options_for(server));
    make_poll(node);
    for (const auto* voter : {"ann", "bob"}) REQUIRE(node.write(a_vote(kBox, "t", voter, 1)));
    // As after an operator's slip: no voters, no counts.
    (void)server.ask(
        {"EVAL", "redis.call('HSET', KEYS[1], 'poll/p/1', string.char(9) .. string.rep('\\0', 16))",
         "1", "vp:{t}:tally"}
    );
    std::vector<Command> votes{
        a_vote(kBox, "t", "ann", 0b10), a_vote(kBox, "t", "cid", 0b01), a_vote(kBox, "t", "bob", 0)
    };
    std::vector<std::uint64_t> voters;
    for (const auto serial : node.submit(std::move(votes))) {
        const auto outcome = node.recorder().wait_for(serial);
        REQUIRE(outcome);
        voters.push_back(std::get<Chosen>(*outcome).tally.voters);
    }
    CHECK(voters == std::vector<std::uint64_t>{1, 2, 1});
    const auto tally = kept(server).tally;
    CHECK(tally.voters == 1);
    CHECK(tally.counts[0] == 0);
    CHECK(tally.counts[1] == 1);
    CHECK(tally.version == 12);
}
