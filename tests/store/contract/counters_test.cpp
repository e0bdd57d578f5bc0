// The contract of a store: counters.
#include <catch2/catch.hpp>

#include "tests/store/contract/bench.hpp"

using namespace voxpop::store::contract;

namespace {

AddCounts batch(std::string node, std::uint64_t number, std::vector<CounterDelta> deltas) {
    return {std::move(node), number, std::move(deltas)};
}
CounterDelta hearts(std::uint64_t by) {
    return {thread_id("t"), {0, by, 0}};
}

}  // namespace

TEST_CASE("store: deltas add up by thread and kind, and are heard as totals", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    bench.make_thread("other");
    bench.must<Stored>(
        batch("node-a", 1, {{thread_id("t"), {10, 3, 0}}, {thread_id("other"), {1, 0, 0}}})
    );
    bench.must<Stored>(batch("node-a", 2, {{thread_id("t"), {0, 4, 1}}}));
    CHECK(bench.counters("t") == Counters{10, 7, 1});
    CHECK(bench.counters("other") == Counters{1, 0, 0});
    const auto heard = only<CountersMoved>(bench.recorder().changes());
    REQUIRE(heard.size() == 3);
    CHECK(heard[2].thread == thread_id("t"));
    CHECK(heard[2].counters == Counters{10, 7, 1});
    CHECK(bench.thread(thread_id("t"))->counts.counters == Counters{10, 7, 1});
}

TEST_CASE("store: counters of a thread that does not exist are dropped", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    bench.must<Stored>(batch("node-a", 1, {{thread_id("none"), {0, 1, 0}}, hearts(1)}));
    CHECK(bench.counters("none") == Counters{});
    CHECK(bench.counters("t") == Counters{0, 1, 0});
}

TEST_CASE("store: a batch that was delivered before counts nothing twice", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    bench.must<Stored>(batch("node-a", 1, {hearts(3)}));
    bench.must<Stored>(batch("node-a", 2, {hearts(3)}));
    bench.must<Stored>(batch("node-a", 2, {hearts(3)}));
    bench.must<Stored>(batch("node-a", 1, {hearts(3)}));
    CHECK(bench.counters("t") == Counters{0, 6, 0});
    bench.reopen();
    bench.must<Stored>(batch("node-a", 2, {hearts(3)}));
    CHECK(bench.counters("t") == Counters{0, 6, 0});
}

TEST_CASE("store: every node and every epoch of it has batches of its own", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    bench.must<Stored>(batch("node-a", 1, {hearts(1)}));
    bench.must<Stored>(batch("node-b", 1, {hearts(1)}));
    CHECK(bench.counters("t") == Counters{0, 2, 0});
}
