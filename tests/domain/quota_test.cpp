#include "domain/quota.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

using namespace voxpop;
using namespace voxpop::domain;
using namespace std::chrono_literals;

namespace {
const base::Monotonic kStart{1h};
}

TEST_CASE("quota: a burst at once, then one for every part of a minute", "[domain]") {
    const Rate rate{.burst = 3, .per_minute = 60};
    TokenBucket bucket;
    for (int i = 0; i < 3; ++i) CHECK(bucket.take(rate, kStart));
    CHECK_FALSE(bucket.take(rate, kStart));
    CHECK_FALSE(bucket.take(rate, kStart + 999ms));
    CHECK(bucket.take(rate, kStart + 1s));
    CHECK_FALSE(bucket.take(rate, kStart + 1s));
    CHECK_FALSE(bucket.is_full(rate, kStart + 2s));
    CHECK(bucket.is_full(rate, kStart + 4s));
}

TEST_CASE("quota: zero per minute is no limit", "[domain]") {
    QuotaTable table({.burst = 0, .per_minute = 0}, 1);
    for (std::uint64_t who = 0; who < 100; ++who) CHECK(table.take(who, kStart));
    CHECK(table.size() == 0);
}

TEST_CASE("quota: each has a bucket of its own", "[domain]") {
    QuotaTable table({.burst = 1, .per_minute = 1}, 10);
    CHECK(table.take(1, kStart));
    CHECK(table.take(2, kStart));
    CHECK_FALSE(table.take(1, kStart));
}

TEST_CASE("quota: a full table refuses newcomers, until buckets are full again", "[domain]") {
    QuotaTable table({.burst = 2, .per_minute = 60}, 3);
    for (std::uint64_t who = 1; who <= 3; ++who) CHECK(table.take(who, kStart));
    CHECK_FALSE(table.take(4, kStart));
    CHECK(table.take(1, kStart));  // who is known goes on
    CHECK(table.take(4, kStart + 1s));
    CHECK(table.size() == 2);  // 1 has used two of its tokens and is remembered
}

TEST_CASE("quota: never more than the burst and what was refilled", "[domain][property]") {
    CHECK(rc::check("over any pauses", [] {
        const Rate rate{
            .burst = *rc::gen::inRange(1U, 10U), .per_minute = *rc::gen::inRange(1U, 600U)
        };
        TokenBucket bucket;
        auto now = kStart;
        std::uint32_t taken = 0;
        for (const int pause : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 2000))) {
            now += std::chrono::milliseconds(pause);
            taken += bucket.take(rate, now) ? 1U : 0U;
            const std::chrono::duration<double, std::ratio<60>> minutes = now - kStart;
            RC_ASSERT(taken <= rate.burst + minutes.count() * rate.per_minute + 0.001);
        }
    }));
}
