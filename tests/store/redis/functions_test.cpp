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
    (void)server.ask({"PEXPIRE", "vp:{t}:batch:other", "1000"});
    CHECK(write(server, 1, "ann", 0b01) == first);
    // Something was written, so a WAIT on a fresh connection waits for it and all before it.
    CHECK(std::stol(server.ask({"PTTL", "vp:{t}:batch:other"})) > 1'000);
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
