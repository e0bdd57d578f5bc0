// The contract of a store: counters.
#include <catch2/catch.hpp>

#include "tests/store/contract/bench.hpp"

using namespace voxpop::store::contract;

TEST_CASE("store: deltas add up, and unknown counters are zero", "[contract]") {
    Bench bench;
    bench.must<Stored>(AddCounts{"node-a", 1, {{"hearts", 3}, {"views", 10}}});
    bench.must<Stored>(AddCounts{"node-a", 2, {{"hearts", 4}}});
    CHECK(bench.counters({"views", "hearts", "none"}) == std::vector<std::uint64_t>{10, 7, 0});
}

TEST_CASE("store: a batch that was delivered before counts nothing twice", "[contract]") {
    Bench bench;
    bench.must<Stored>(AddCounts{"node-a", 1, {{"hearts", 3}}});
    bench.must<Stored>(AddCounts{"node-a", 2, {{"hearts", 3}}});
    bench.must<Stored>(AddCounts{"node-a", 2, {{"hearts", 3}}});
    bench.must<Stored>(AddCounts{"node-a", 1, {{"hearts", 3}}});
    CHECK(bench.counters({"hearts"}) == std::vector<std::uint64_t>{6});
    bench.reopen();
    bench.must<Stored>(AddCounts{"node-a", 2, {{"hearts", 3}}});
    CHECK(bench.counters({"hearts"}) == std::vector<std::uint64_t>{6});
}

TEST_CASE("store: every node and every epoch of it has batches of its own", "[contract]") {
    Bench bench;
    bench.must<Stored>(AddCounts{"node-a", 1, {{"hearts", 1}}});
    bench.must<Stored>(AddCounts{"node-b", 1, {{"hearts", 1}}});
    CHECK(bench.counters({"hearts"}) == std::vector<std::uint64_t>{2});
}
