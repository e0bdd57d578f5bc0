#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

#include "loadtest/schedule.hpp"

namespace voxpop::load::test {

namespace {

std::vector<double> moments(const RateCurve& curve, Spacing spacing, Share share) {
    std::vector<double> out;
    Schedule schedule(curve, spacing, share);
    while (const auto at = schedule.peek()) {
        out.push_back(static_cast<double>(at->count()) / 1e9);
        schedule.advance();
    }
    return out;
}

std::size_t count_between(const std::vector<double>& moments, double from, double to) {
    return static_cast<std::size_t>(std::ranges::count_if(moments, [&](double t) {
        return t >= from && t < to;
    }));
}

}  // namespace

TEST_CASE("schedule: a constant rate gives evenly spaced moments", "[load]") {
    const auto at = moments(RateCurve::constant(10, 2), Spacing::even, {});
    REQUIRE(at.size() == 20);
    CHECK(at.front() == Approx(0.05));
    for (std::size_t i = 1; i < at.size(); ++i) CHECK(at[i] - at[i - 1] == Approx(0.1));
}

TEST_CASE("schedule: workers share the moments without overlap", "[load]") {
    const auto curve = RateCurve::constant(100, 1);
    std::vector<double> together;
    for (unsigned i = 0; i < 3; ++i) {
        const auto mine = moments(curve, Spacing::even, {.index = i, .workers = 3});
        together.insert(together.end(), mine.begin(), mine.end());
    }
    std::ranges::sort(together);
    const auto alone = moments(curve, Spacing::even, {});
    REQUIRE(together.size() == alone.size());
    for (std::size_t i = 0; i < alone.size(); ++i) CHECK(together[i] == Approx(alone[i]));
}

TEST_CASE("schedule: a ramp begins with nothing and ends with the rate", "[load]") {
    const auto at = moments(RateCurve::ramp(1'000, 10), Spacing::even, {});
    CHECK(at.size() == 5'000);
    CHECK(count_between(at, 0, 1) == Approx(50).margin(2));
    CHECK(count_between(at, 9, 10) == Approx(950).margin(2));
}

TEST_CASE("schedule: a spike is in the middle fifth", "[load]") {
    const auto at = moments(RateCurve::spike(10, 100, 5), Spacing::even, {});
    CHECK(count_between(at, 0, 2) == 20);
    CHECK(count_between(at, 2, 3) == 100);
    CHECK(count_between(at, 3, 5) == 20);
}

TEST_CASE("schedule: a Poisson process has the rate, and the spread of one", "[load]") {
    std::vector<double> counts;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        const auto at = moments(RateCurve::constant(100, 1), Spacing::poisson, {.seed = seed});
        counts.push_back(static_cast<double>(at.size()));
    }
    double mean = 0;
    for (const double n : counts) mean += n / 200;
    double variance = 0;
    for (const double n : counts) variance += (n - mean) * (n - mean) / 199;
    CHECK(mean == Approx(100).margin(3));
    CHECK(variance == Approx(100).margin(35));  // of a Poisson process it equals the mean
}

TEST_CASE("schedule: moments never go back and never leave the curve", "[load]") {
    const bool ok = rc::check("any curve", [] {
        const auto rate = *rc::gen::inRange(1, 500);
        const auto peak = *rc::gen::inRange(1, 2'000);
        const auto seed = *rc::gen::inRange<std::uint64_t>(1, 1'000'000);
        const auto spacing = *rc::gen::element(Spacing::even, Spacing::poisson);
        const auto at = moments(RateCurve::spike(rate, peak, 2), spacing, {.seed = seed});
        RC_ASSERT(std::ranges::is_sorted(at));
        RC_ASSERT(at.empty() || (at.front() >= 0 && at.back() <= 2.000001));
    });
    CHECK(ok);
}

TEST_CASE("schedule: a rate of nothing has no moments", "[load]") {
    CHECK(moments(RateCurve::constant(0, 10), Spacing::even, {}).empty());
    CHECK(moments(RateCurve::constant(0, 10), Spacing::poisson, {}).empty());
    CHECK_FALSE(RateCurve::ramp(100, 1).time_of(51));
}

}  // namespace voxpop::load::test
