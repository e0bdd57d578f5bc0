// The contract of a store: streams, their offsets and their epoch, and what a restart leaves.
#include <catch2/catch.hpp>
#include <limits>

#include "tests/store/contract/bench.hpp"

using namespace voxpop::store::contract;
namespace base = voxpop::base;

TEST_CASE("store: offsets are gapless from 1, by thread and by site", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    bench.make_thread("other");
    for (std::uint64_t i = 1; i <= 5; ++i) bench.post(i);
    auto elsewhere = bench.posted(6);
    elsewhere.after.thread = thread_id("other");
    bench.must<Appended>(Append{.change = elsewhere});
    REQUIRE(bench.decide(base::CommentId(3), Decision::hide));

    const auto site = bench.site_log();
    for (std::size_t i = 0; i < site.records.size(); ++i) {
        CHECK(site.records[i].site_offset == i + 1);
    }
    CHECK(site.records.size() == 7);
    CHECK(site.position.offset == 7);
    const auto log = bench.thread_log(thread_id("t"));
    REQUIRE(log.records.size() == 6);
    for (std::size_t i = 0; i < log.records.size(); ++i) CHECK(log.records[i].offset == i + 1);
    CHECK(log.position.offset == 6);
    CHECK(bench.thread_log(thread_id("other")).records.front().offset == 1);
    CHECK(log.complete);
}

TEST_CASE("store: what is heard is what the log holds", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    bench.post(1);
    REQUIRE(bench.decide(base::CommentId(1), Decision::hide));
    const auto heard = only<LogAppended>(bench.recorder().changes());
    const auto log = bench.site_log().records;
    REQUIRE(heard.size() == 2);
    REQUIRE(log.size() == 2);
    CHECK(heard[0].record.comment.state == CommentState::visible);
    CHECK(log[0].comment.state == CommentState::hidden);  // as it is now
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(heard[i].record.site_offset == log[i].site_offset);
        CHECK(heard[i].record.offset == log[i].offset);
        CHECK(heard[i].record.type == log[i].type);
        CHECK(heard[i].record.at == log[i].at);
    }
    CHECK(log[1].type == EventType::hidden);
    CHECK(log[1].from == CommentState::visible);
    CHECK(log[1].actor == user("mod"));
    CHECK(log[1].reason == "because");
    CHECK(heard[1].record.reason == "because");
}

TEST_CASE("store: a log is read from anywhere, in parts", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    for (std::uint64_t i = 1; i <= 5; ++i) bench.post(i);
    const auto part = bench.thread_log(thread_id("t"), 2, 2);
    REQUIRE(part.records.size() == 2);
    CHECK(part.records[0].offset == 3);
    CHECK(part.records[1].offset == 4);
    CHECK(part.position.offset == 5);
    CHECK(bench.site_log(4, 10).records.size() == 1);
}

TEST_CASE("store: asking beyond the end gives the position alone", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    bench.post(1);
    constexpr auto far = std::numeric_limits<std::int64_t>::max();
    CHECK(bench.thread_log(thread_id("t"), far, 1).records.empty());
    CHECK(bench.thread_log(thread_id("t"), far, 1).position.offset == 1);
    CHECK(bench.site_log(far, 1).records.empty());
    CHECK(bench.site_log(far, 1).position.offset == 1);
}

TEST_CASE("store: a thread that is not there has an empty stream of the same epoch", "[contract]") {
    Bench bench;
    const auto none = bench.thread_log(thread_id("none"));
    CHECK(none.records.empty());
    CHECK(none.position.offset == 0);
    CHECK(none.complete);
    CHECK_FALSE(none.position.epoch.empty());
    bench.make_thread("t");
    CHECK(bench.thread(thread_id("t"))->position == none.position);
    CHECK(bench.comments({.thread = thread_id("none")})->comments.empty());
    CHECK(bench.counts({thread_id("none")}) == std::vector{StoredCounts{}});
}

TEST_CASE("store: a node's own viewers are not elsewhere", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    bench.store().set_viewers(thread_id("t"), 3);
    CHECK(bench.counts({thread_id("t")}) == std::vector{StoredCounts{}});
    CHECK(bench.thread(thread_id("t"))->counts == StoredCounts{});
}

TEST_CASE("store: new data has a new epoch", "[contract]") {
    Bench one;
    Bench two;
    CHECK(one.site_log().position.epoch != two.site_log().position.epoch);
}

TEST_CASE("store: a restart loses nothing and keeps the epoch", "[contract]") {
    Bench bench;
    Poll poll = bench.make_poll("p");
    REQUIRE(bench.choose(poll.box(), "ann", 0b010));
    REQUIRE(bench.choose(BoxId::save(thread_id("t")), "ann", 1));
    const auto comment = bench.post(1);
    bench.post(2, comment);
    REQUIRE(bench.choose(BoxId::reaction(comment), "bob", 1));
    const auto position = bench.thread_log(thread_id("t")).position;
    const auto tally = bench.poll(poll.id)->tally;
    const auto root = bench.comment(comment).value();

    bench.reopen();
    CHECK(bench.thread_log(thread_id("t")).position == position);
    CHECK(bench.thread(thread_id("t"))->position == position);
    CHECK(bench.poll(poll.id)->tally == tally);
    CHECK(bench.comment(comment) == root);
    const auto counts = bench.counts({thread_id("t")}).front();
    CHECK(counts.comments == 2);
    CHECK(counts.saves == 1);
    CHECK(counts.saves_version == 1);
    CHECK(bench.ballots(user("ann"), {poll.box()}) == std::vector{OptionSet(0b010)});
    bench.post(3);
    CHECK(bench.thread_log(thread_id("t")).records.back().offset == 3);
    CHECK(bench.site_log().records.back().site_offset == 3);
    const auto chosen = std::get<Chosen>(bench.choose(poll.box(), "bob", 1).value());
    CHECK(chosen.tally.version == tally.version + 1);
}
