#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <cmath>

#include "loadtest/board.hpp"
#include "loadtest/histogram.hpp"

namespace voxpop::load::test {

TEST_CASE("histogram: an empty one says zero", "[load]") {
    const Histogram histogram;
    CHECK(histogram.count() == 0);
    CHECK(histogram.value_at(0.99) == 0);
    CHECK(histogram.mean_us() == 0);
}

TEST_CASE("histogram: values below 512 µs are exact", "[load]") {
    Histogram histogram;
    for (std::uint64_t v = 0; v < 512; ++v) histogram.record(v);
    CHECK(histogram.value_at(0.5) == 255);
    CHECK(histogram.value_at(1) == 511);
    CHECK(histogram.value_at(0) == 0);
    CHECK(histogram.mean_us() == Approx(255.5));
}

TEST_CASE("histogram: percentiles of a known distribution", "[load]") {
    Histogram histogram;
    for (std::uint64_t v = 1; v <= 100'000; ++v) histogram.record(v);
    CHECK(histogram.value_at(0.5) == Approx(50'000).epsilon(0.004));
    CHECK(histogram.value_at(0.99) == Approx(99'000).epsilon(0.004));
    CHECK(histogram.value_at(0.999) == Approx(99'900).epsilon(0.004));
    CHECK(histogram.value_at(1) == 100'000);
    CHECK(histogram.max_us() == 100'000);
}

TEST_CASE("histogram: no value is reported too low, nor more than 0.4 % too high", "[load]") {
    const bool ok = rc::check("one value", [] {
        const auto value = *rc::gen::inRange<std::uint64_t>(0, cells::kValueMaxUs + 1);
        const auto told = cells::highest_of(cells::index_of(value));
        RC_ASSERT(told >= value);
        RC_ASSERT(static_cast<double>(told - value) <= 0.004 * static_cast<double>(value));
    });
    CHECK(ok);
}

TEST_CASE("histogram: cells follow each other without gaps", "[load]") {
    for (std::size_t cell = 1; cell < cells::kCount; ++cell) {
        const auto first = cells::highest_of(cell - 1) + 1;
        REQUIRE(cells::index_of(first) == cell);
        REQUIRE(cells::index_of(cells::highest_of(cell)) == cell);
    }
}

TEST_CASE(
    "histogram: values beyond the last cell count there, and the greatest is kept", "[load]"
) {
    Histogram histogram;
    histogram.record(cells::kValueMaxUs * 3);
    CHECK(histogram.count() == 1);
    CHECK(histogram.max_us() == cells::kValueMaxUs * 3);
    CHECK(histogram.value_at(0.5) == cells::kValueMaxUs);
}

TEST_CASE("histogram: what workers recorded apart is what one would have recorded", "[load]") {
    const bool ok = rc::check("merging", [](const std::vector<std::uint32_t>& values) {
        const auto a = std::make_unique<SharedHistogram>();
        const auto b = std::make_unique<SharedHistogram>();
        Histogram all;
        for (std::size_t i = 0; i < values.size(); ++i) {
            (i % 2 == 0 ? a : b)->record(values[i]);
            all.record(values[i]);
        }
        Histogram merged;
        merged.add(*a);
        merged.add(*b);
        RC_ASSERT(merged.count() == all.count());
        RC_ASSERT(merged.max_us() == all.max_us());
        for (const double share : {0.0, 0.5, 0.9, 0.99, 1.0}) {
            RC_ASSERT(merged.value_at(share) == all.value_at(share));
        }
    });
    CHECK(ok);
}

TEST_CASE("histogram: the news since an earlier state are those of that time alone", "[load]") {
    Histogram histogram;
    histogram.record(10, 100);
    const Histogram before = histogram;
    histogram.record(5'000, 3);
    const Histogram news = histogram.since(before);
    CHECK(news.count() == 3);
    CHECK(news.value_at(0) == Approx(5'000).epsilon(0.004));
}

TEST_CASE("board: workers' numbers add up, and refusals are told apart by code", "[load]") {
    Board board(3);
    for (auto& worker : board.workers()) {
        worker.add(Counter::sent, 2);
        worker.record(Event::vote, 1'000'000, 3'000'000);
        worker.refuse(111);
        worker.refuse(111);
        worker.refuse(403);
    }
    board.workers()[1].raise(Counter::slip_max_us, 7);
    CHECK(board.sum(Counter::sent) == 6);
    CHECK(board.greatest(Counter::slip_max_us) == 7);
    CHECK(board.latency(Event::vote).count() == 3);
    CHECK(board.latency(Event::vote).max_us() == 2'000);
    CHECK(board.workers()[0].refusals[0].count.load() == 2);
    CHECK(board.workers()[0].refusals[1].code.load() == 403);
}

TEST_CASE("board: a tally's version tells when it was voted for, until it is long past", "[load]") {
    Board board(1);
    TallyTimes& times = board.head().tally_times[0];
    times.note(5, 500);
    CHECK(times.of(5) == 500);
    CHECK(times.of(6) == 0);
    times.note(5 + (1 << 14), 900);
    CHECK(times.of(5) == 0);
}

}  // namespace voxpop::load::test
