// One loss, found by several nodes, at several connections, in many boxes: put right, declared and
// logged once.
#include <catch2/catch.hpp>

#include <set>

#include "store/redis/bounds.hpp"
#include "store/redis/standing.hpp"
#include "tests/store/redis/continuity_scene.hpp"
#include "tests/store/redis/log_pipe.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using store::contract::thread_id;

TEST_CASE("continuity: one loss begins one epoch, whoever finds it first", "[redis]") {
    const auto less = [] { return standing({0, 0, 1, 0, 0, 0, 0, 9, 0, 0}); };
    Scene scene;
    scene.acknowledged.note(tally(10));
    const auto first = scene.connect("run 1", "E1");
    first->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 10, 0, 0}));
    CHECK(first->is_ready() == true);
    scene.client.only_shard = "promoted";
    std::shared_ptr<FakeConnection> promoted;
    SECTION("another's is heard of before the promoted server is met") {
        scene.continuity.adopt("E2");
        promoted = scene.connect("run 2", "E2");
        promoted->asked.answer("vp_standing", less());
        let_raise(promoted->asked);
    }
    SECTION("while it is compared") {
        promoted = scene.connect("run 2", "E1");
        scene.continuity.adopt("E2");
        promoted->asked.answer("vp_standing", less());
        let_raise(promoted->asked);
    }
    SECTION("when it was found, and is put right") {
        promoted = scene.connect("run 2", "E1");
        promoted->asked.answer("vp_standing", less());
        scene.continuity.adopt("E2");
        let_raise(promoted->asked);
    }
    SECTION("when a new one is asked for") {
        promoted =
            scene.connect("run 2", {.status = CallStatus::refused, .reply = {}, .why = "MOVED 1"});
        promoted->asked.answer("vp_standing", less());
        scene.client.is_ready = true;
        let_raise(promoted->asked);
        scene.continuity.adopt("E2");
        scene.client.asked.answer("$2\r\nE1\r\n", bulk("E2"));
    }
    SECTION("another's is found at another shard") {
        scene.client.only_shard = "epoch's";
        const auto other = scene.connect("run 3", "E2");
        other->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 10, 0, 0}));
        CHECK(other->is_ready() == true);
        CHECK(scene.client.again == std::vector<std::string>{"shard"});
        scene.client.again.clear();
        CHECK(scene.gaps == 1);
        return;
    }
    INFO(scene.node.epoch);
    CHECK(promoted->asked.empty());
    CHECK(promoted->is_ready() == true);
    CHECK(scene.client.asked.empty());
    CHECK(scene.node.epoch == "E2");
    CHECK(scene.gaps == 2);  // what was raised is to be read too

    // And the next loss begins another one.
    const auto next = scene.connect("run 4", "E2");
    next->asked.answer("vp_standing", less());
    let_raise(next->asked);
    let_begin(next->asked, "E3");
    CHECK(scene.node.epoch == "E3");
}

TEST_CASE("continuity: a number that could not be raised is raised at the next try", "[redis]") {
    Scene scene;
    BatchResult result;
    result.seq = 7;
    scene.acknowledged.note(thread_id("t"), result);
    const auto first = scene.connect("run 2", "E1");
    first->asked.answer("vp_standing", standing({0, 6, 1, 0, 0, 0, 0}));
    first->asked.answer("vp_raise_tallies", answered(":1\r\n"));
    first->asked.answer(
        "vp_raise_seq", {.status = CallStatus::unknown, .reply = {}, .why = "lost"}
    );
    first->asked.answer("vp_raise_counters", answered(":1\r\n"));
    CHECK(first->is_ready() == false);
    const auto second = scene.connect("run 2", "E1");
    second->asked.answer("vp_standing", standing({0, 6, 1, 0, 0, 0, 0}));
    CHECK(second->asked.count("vp:{t}:thread\r\n$1\r\n7\r\n") == 1);
    let_raise(second->asked);
    let_begin(second->asked, "E2");
    CHECK(second->is_ready() == true);
}

TEST_CASE("continuity: a library that another node has just loaded is not replaced", "[redis]") {
    Scene scene;
    const auto connection = std::make_shared<FakeConnection>(scene.io, scene.client, "run 1");
    scene.continuity.prepare(connection);
    const auto refused = [](const char* why) {
        return CallResult{.status = CallStatus::refused, .reply = {}, .why = why};
    };
    connection->asked.answer("vp_version", refused("ERR Function not found"));
    CHECK(connection->asked.count("REPLACE") == 0);
    connection->asked.answer("LOAD", refused("ERR Library 'voxpop_1' already exists"));
    connection->asked.answer("vp:epoch", bulk("E1"));
    CHECK(connection->is_ready() == true);
}

TEST_CASE("continuity: of a total loss the log has the first lines, and a count", "[redis]") {
    test::LogPipe log;
    Scene scene;
    scene.log = log.log();
    constexpr auto kMore = 5;
    for (std::size_t i = 0; i < bounds::kLossLinesMax + kMore; ++i) {
        auto box = tally(10);
        box.box.round = static_cast<std::uint32_t>(i + 1);
        scene.acknowledged.note(box);
    }
    const auto connection = scene.connect("run 2", "E1");
    std::string nothing(8 * (7 + 3 * (bounds::kLossLinesMax + kMore)), '\0');
    nothing[2 * 8] = 1;  // no event is missed
    connection->asked.answer("vp_standing", bulk(nothing));
    let_raise(connection->asked);
    connection->asked.answer("vp_begin_epoch", bulk("E2"));
    for (std::size_t i = 0; i < bounds::kLossLinesMax; ++i)
        CHECK_THAT(log.line(), Catch::Contains("Redis has lost ballots"));
    const auto rest = log.line();
    CHECK_THAT(rest, Catch::Contains("Redis has lost more comments and ballots"));
    CHECK_THAT(rest, Catch::Contains("\"left_out\":5"));
    CHECK_THAT(log.line(), Catch::Contains("a new epoch begins"));
    CHECK(log.empty());
}

TEST_CASE("continuity: looks come to all boxes of a thread", "[redis]") {
    Acknowledged acknowledged;
    constexpr std::size_t kBoxes = bounds::kLookBoxesMax * 2 + 1;
    for (std::uint32_t i = 1; i <= kBoxes; ++i) {
        auto box = tally(10);
        box.box.round = i;
        acknowledged.note(box);
    }
    const auto& known = acknowledged.threads().at(thread_id("t"));
    std::set<std::string> looked_at;
    for (std::size_t look = 0; look < 3; ++look) {
        for (const auto& [box, _] : told_of(known, look).boxes) looked_at.insert(box.str());
    }
    CHECK(looked_at.size() == kBoxes);
    CHECK(told_of(known).boxes.size() == kBoxes);
}
