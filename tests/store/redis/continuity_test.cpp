// The comparison at a connection: what is a loss, and what becomes of it.
#include <catch2/catch.hpp>

#include "store/redis/bounds.hpp"
#include "tests/store/redis/continuity_scene.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using store::contract::thread_id;

TEST_CASE("continuity: news that overtake the answer are no loss", "[redis]") {
    Scene scene;
    scene.acknowledged.note(tally(10));
    const auto connection = scene.connect("run 2", "E1");
    scene.acknowledged.note(tally(11));  // told by another node, and newer than what is on its way
    connection->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 10, 0, 0}));
    CHECK(connection->is_ready() == true);
    CHECK(scene.node.epoch == "E1");
    CHECK(scene.gaps == 0);
    CHECK(connection->asked.empty());
}

TEST_CASE("continuity: a version of another history is a loss, raised and declared", "[redis]") {
    constexpr Lineage kOld{7};
    Scene scene;
    scene.acknowledged.note(tally(10), kOld);
    SECTION("made up for in number") {
        const auto connection = scene.connect("run 2", "E1");
        connection->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 10, 8, 9}));
        connection->asked.answer("poll/p/1\r\n$2\r\n10\r\n", answered(":1\r\n"));
        connection->asked.answer("vp_raise_seq", answered(":1\r\n"));
        connection->asked.answer("vp_raise_counters", answered(":1\r\n"));
        let_begin(connection->asked, "E2");
        CHECK(connection->is_ready() == true);
        CHECK(scene.node.epoch == "E2");
        CHECK(scene.gaps == 1);
        // As it was raised: not found again.
        const auto again = scene.connect("run 3", "E2");
        again->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 11, 8, 10}));
        CHECK(again->asked.empty());
        CHECK(scene.gaps == 1);
    }
    SECTION("made up for, and heard of before this was compared") {
        scene.acknowledged.note(tally(11), Lineage{8});
        const auto connection = scene.connect("run 2", "E1");
        connection->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 12, 8, 9}));
        let_raise(connection->asked);
        let_begin(connection->asked, "E2");
        CHECK(scene.gaps == 1);
    }
    SECTION("but not one that the other history began with") {
        scene.acknowledged.note(tally(11), Lineage{8});
        const auto connection = scene.connect("run 2", "E1");
        connection->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 12, 8, 10}));
        CHECK(connection->is_ready() == true);
        CHECK(connection->asked.empty());
        CHECK(scene.gaps == 0);
    }
}

TEST_CASE("lineage: what was told is lost where Redis has another history", "[redis]") {
    constexpr Lineage kA{1}, kB{2}, kC{3};
    ToldVersions told;
    CHECK_FALSE(told.lost({}));
    told.note(10, kA);
    // Of one history only a lower version is less.
    CHECK_FALSE(told.lost({.version = 10, .lineage = kA, .before = 0}));
    CHECK_FALSE(told.lost({.version = 15, .lineage = kA, .before = 0}));
    CHECK(told.lost({.version = 9, .lineage = kA, .before = 0})->has == 9);
    // Another one may go on from what was told, or from before.
    CHECK_FALSE(told.lost({.version = 11, .lineage = kB, .before = 10}));
    CHECK_FALSE(told.lost({.version = 15, .lineage = kB, .before = 12}));
    for (const std::uint64_t version : {10U, 11U}) {
        const auto lost = told.lost({.version = version, .lineage = kB, .before = 9});
        REQUIRE(lost);
        CHECK(lost->had == 10);
        CHECK(lost->has == 9);
    }
    // There and back again: each time it goes on from all before.
    told.note(11, kB);
    told.note(12, kA);
    CHECK_FALSE(told.lost({.version = 12, .lineage = kA, .before = 11}));
    CHECK_FALSE(told.lost({.version = 13, .lineage = kB, .before = 12}));
    // Late news do not take the place of what is newer.
    told.note(9, kC);
    told.note(8, kA);
    CHECK(told.lost({.version = 12, .lineage = kB, .before = 10})->had == 12);
    // Who knows of no lineage compares versions alone.
    CHECK_FALSE(told.lost({.version = 12}));
    CHECK(told.lost({.version = 11})->had == 12);
    ToldVersions untold;
    untold.note(10, Lineage::unknown);
    CHECK_FALSE(untold.lost({.version = 10, .lineage = kA, .before = 0}));
    CHECK(untold.lost({.version = 9, .lineage = kA, .before = 0}));
}

TEST_CASE("continuity: a lower version is a loss, raised and declared", "[redis]") {
    Scene scene;
    scene.acknowledged.note(tally(10));
    const auto connection = scene.connect("run 2", "E1");
    connection->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 9, 0, 0}));
    let_raise(connection->asked);
    let_begin(connection->asked, "E2");
    CHECK(connection->is_ready() == true);
    CHECK(scene.node.epoch == "E2");
    CHECK(scene.gaps == 1);
}

TEST_CASE("continuity: a loss that could not be declared is declared later", "[redis]") {
    Scene scene;
    scene.acknowledged.note(tally(10));
    const auto first = scene.connect("run 2", "E1");
    first->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 9, 0, 0}));
    let_raise(first->asked);
    first->asked.answer("vp_begin_epoch", {.status = CallStatus::unknown, .why = "lost"});
    CHECK(first->is_ready() == false);
    // What was put right is not found again.
    const auto second = scene.connect("run 2", "E1");
    second->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 10, 0, 0}));
    let_begin(second->asked, "E2");
    CHECK(second->is_ready() == true);
    CHECK(scene.node.epoch == "E2");
    CHECK(scene.gaps == 1);
    const auto third = scene.connect("run 3", "E2");
    third->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 10, 0, 0}));
    CHECK(third->asked.empty());
    CHECK(scene.gaps == 1);
}

TEST_CASE("continuity: another node's epoch is taken over, not followed by one more", "[redis]") {
    Scene scene;
    scene.acknowledged.note(tally(10));
    const auto connection = scene.connect("run 2", "E2");
    connection->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 9, 0, 0}));
    let_raise(connection->asked);
    CHECK(connection->is_ready() == true);
    CHECK(scene.node.epoch == "E2");
    CHECK(scene.gaps == 1);
}

TEST_CASE("continuity: the site's stream is compared too", "[redis]") {
    Scene scene;
    scene.acknowledged.note_site({.site_offset = 7});
    const auto same = scene.connect("run 2", "E1");
    same->asked.answer("vp_site_standing", standing({7, 1}));
    CHECK(same->is_ready() == true);
    CHECK(scene.gaps == 0);
    const auto less = scene.connect("run 3", "E1");
    less->asked.answer("vp_site_standing", standing({6, 1}));
    let_begin(less->asked, "E2");
    CHECK(scene.gaps == 1);
    const auto again = scene.connect("run 4", "E2");
    again->asked.answer("vp_site_standing", standing({6, 1}));
    CHECK(again->asked.empty());
    CHECK(scene.gaps == 1);
}

TEST_CASE("continuity: counters of a thread that is gone are missed once", "[redis]") {
    Scene scene;
    scene.acknowledged.note(domain::CountersMoved{.thread = thread_id("t"), .counters = {1, 2, 3}});
    const auto first = scene.connect("run 2", "E1");
    first->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0}));
    first->asked.answer("vp_raise_tallies", answered(":1\r\n"));
    first->asked.answer("vp_raise_seq", answered(":1\r\n"));
    first->asked.answer("vp_raise_counters", answered(":0\r\n"));  // there is no such thread
    let_begin(first->asked, "E2");
    CHECK(scene.gaps == 1);
    const auto second = scene.connect("run 3", "E2");
    second->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0}));
    CHECK(second->is_ready() == true);
    CHECK(second->asked.empty());
    CHECK(scene.gaps == 1);
}

TEST_CASE("continuity: an epoch that was not heard of is found by looking", "[redis]") {
    Scene scene;
    scene.continuity.look();
    scene.client.asked.answer("vp:epoch", bulk("E1"));
    CHECK(scene.gaps == 0);
    scene.continuity.look();
    scene.client.asked.answer("vp:epoch", bulk("E2"));
    CHECK(scene.gaps == 1);
    CHECK(scene.node.epoch == "E2");
}

TEST_CASE("continuity: an epoch that is gone makes a server suspect that stayed", "[redis]") {
    Scene scene;
    scene.acknowledged.note(tally(10));
    const auto first = scene.connect("run 1", "E1");
    first->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 10, 0, 0}));
    CHECK(first->is_ready() == true);
    scene.continuity.look();
    scene.client.asked.answer("vp:epoch", answered("$-1\r\n"));
    CHECK(scene.client.again == std::vector<std::string>{"shard"});
    CHECK(scene.gaps == 0);
    // The same run is compared all the same.
    const auto second = scene.connect("run 1", "");
    second->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 0, 0, 0}));
    let_raise(second->asked);
    let_begin(second->asked, "E2");
    CHECK(second->is_ready() == true);
    CHECK(scene.node.epoch == "E2");
    CHECK(scene.gaps == 1);
    // And not once more.
    const auto third = scene.connect("run 1", "E2");
    CHECK(third->is_ready() == true);
}

TEST_CASE("continuity: what is lost under another's epoch is raised, and not declared", "[redis]") {
    Scene scene;
    scene.acknowledged.note(tally(10));
    const auto first = scene.connect("run 1", "E1");
    first->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 10, 0, 0}));
    scene.continuity.adopt("E2");
    CHECK(scene.gaps == 1);
    CHECK(scene.client.again == std::vector<std::string>{"shard"});
    const auto second = scene.connect("run 1", "E2");
    second->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 9, 0, 0}));
    let_raise(second->asked);
    CHECK(second->is_ready() == true);
    CHECK(second->asked.empty());
    CHECK(scene.node.epoch == "E2");
    CHECK(scene.gaps == 2);  // what was raised is to be read too
}

TEST_CASE("continuity: another event at a known offset is a loss", "[redis]") {
    Scene scene;
    const domain::Comment comment{.id = base::CommentId(1), .thread = thread_id("t"), .version = 1};
    scene.acknowledged.note(domain::LogAppended{.record = {.offset = 5, .comment = comment}});
    const auto mark = domain::LogRecord{.comment = comment};
    const auto connection = scene.connect("run 2", "E1");
    SECTION("of the thread") {
        connection->asked.answer(mark_of(mark), standing({9, 0, 0, 1, 0, 0, 0}));
    }
    SECTION("or the comment is older than it was") {
        connection->asked.answer(comment.id.str(), standing({9, 0, 1, 0, 0, 0, 0}));
    }
    let_raise(connection->asked);
    let_begin(connection->asked, "E2");
    CHECK(scene.gaps == 1);
    // And once only: from now on less is known.
    const auto again = scene.connect("run 3", "E2");
    again->asked.answer("vp_standing", standing({9, 0, 1, 0, 0, 0, 0}));
    CHECK(again->asked.empty());
    CHECK(scene.gaps == 1);
}

TEST_CASE("acknowledged: what was noted longest ago is forgotten first", "[redis]") {
    Acknowledged acknowledged;
    const auto note = [&](std::size_t number) {
        acknowledged.note(domain::CountersMoved{
            .thread = thread_id("t" + std::to_string(number)), .counters = {1, 0, 0}
        });
    };
    for (std::size_t i = 0; i < bounds::kKnownThreadsMax; ++i) note(i);
    note(0);
    const auto newest = bounds::kKnownThreadsMax;
    note(newest);
    CHECK(acknowledged.threads().size() == bounds::kKnownThreadsMax);
    CHECK(acknowledged.threads().contains(thread_id("t0")));
    CHECK_FALSE(acknowledged.threads().contains(thread_id("t1")));
    CHECK(acknowledged.threads().contains(thread_id("t" + std::to_string(newest))));
}

TEST_CASE("continuity: events that readers cannot see are missed too", "[redis]") {
    Scene scene;
    BatchResult result;
    result.seq = 7;
    scene.acknowledged.note(thread_id("t"), result);
    const auto connection = scene.connect("run 2", "E1");
    connection->asked.answer("vp_standing", standing({0, 6, 1, 0, 0, 0, 0}));
    connection->asked.answer("vp_raise_tallies", answered(":1\r\n"));
    CHECK(connection->asked.count("vp_raise_seq") == 1);
    connection->asked.answer("vp:{t}:thread\r\n$1\r\n7\r\n", answered(":1\r\n"));
    connection->asked.answer("vp_raise_counters", answered(":1\r\n"));
    let_begin(connection->asked, "E2");
    CHECK(scene.gaps == 1);
}

TEST_CASE(
    "acknowledged: counters that another node has not been told are its to repeat", "[redis]"
) {
    Acknowledged acknowledged;
    const domain::CountersMoved moved{.thread = thread_id("t"), .counters = {1, 2, 3}};
    acknowledged.note(thread_id("t"), News{.node = "other", .changes = {moved, tally(1)}});
    CHECK(acknowledged.threads().at(thread_id("t")).counters == domain::Counters{});
    BatchResult result;
    result.changes.emplace_back(moved);
    acknowledged.note(thread_id("t"), result);
    CHECK(acknowledged.threads().at(thread_id("t")).counters == moved.counters);
}

TEST_CASE("continuity: an epoch that could not be told is told at the next look", "[redis]") {
    Scene scene;
    scene.acknowledged.note(tally(10));
    const auto connection = scene.connect("run 2", "E1");
    connection->asked.answer("vp_standing", standing({0, 0, 1, 0, 0, 0, 0, 9, 0, 0}));
    let_raise(connection->asked);
    connection->asked.answer("vp_begin_epoch", bulk("E2"));
    connection->asked.answer("SPUBLISH", {.status = CallStatus::unknown, .why = "lost"});
    CHECK(connection->is_ready() == true);
    scene.continuity.tell();
    scene.client.asked.answer("SPUBLISH", answered(":1\r\n"));
    scene.continuity.tell();
    CHECK(scene.client.asked.empty());
}

TEST_CASE("continuity: an epoch from before is not gone back to", "[redis]") {
    Scene scene;
    SECTION("found at a connection") {
        scene.node.epoch = "E3";
        const auto connection = scene.connect("run 2", "E1");
        connection->asked.answer("vp_begin_epoch", bulk("E4"));
        CHECK(scene.node.epoch == "E4");
        CHECK(scene.gaps == 1);
    }
    SECTION("found by looking") {
        const auto first = scene.connect("run 1", "E1");
        CHECK(first->is_ready() == true);
        scene.continuity.look();
        scene.client.asked.answer("vp:epoch", bulk("E0"));
        CHECK(scene.node.epoch == "E1");
        CHECK(scene.client.again == std::vector<std::string>{"shard"});
    }
}
