#include "net/timing_wheel.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <map>
#include <vector>

using namespace voxpop::net;
using voxpop::base::Millis;
using voxpop::base::Monotonic;

TEST_CASE("timing wheel: an entry fires within one interval after it is due", "[net]") {
    CHECK(rc::check([](const std::vector<std::uint16_t>& delays) {
        const Monotonic start{std::chrono::hours(1)};
        TimingWheel wheel(start);
        for (std::size_t i = 0; i < delays.size(); ++i) {
            wheel.add(i, start + Millis(delays[i]));
        }
        std::map<std::uint64_t, Monotonic> fired;
        const Millis last{70'000};
        for (Millis at{0}; at < last; at += Millis(50)) {
            wheel.advance(start + at, [&](std::uint64_t key, Monotonic due) {
                RC_ASSERT(!fired.contains(key));
                RC_ASSERT(due == start + Millis(delays[key]));
                fired[key] = start + at;
            });
        }
        RC_ASSERT(fired.size() == delays.size());
        for (const auto& [key, at] : fired) {
            const Monotonic due = start + Millis(delays[key]);
            RC_ASSERT(at >= due);
            RC_ASSERT(at <= due + 2 * TimingWheel::kInterval);
        }
    }));
}

TEST_CASE("timing wheel: what fires may add again", "[net]") {
    const Monotonic start{};
    TimingWheel wheel(start);
    wheel.add(1, start + Millis(100));
    int fired = 0;
    for (Millis at{0}; at <= Millis(1'000); at += Millis(100)) {
        wheel.advance(start + at, [&](std::uint64_t key, Monotonic due) {
            ++fired;
            wheel.add(key, due + Millis(200));
        });
    }
    CHECK(fired == 5);  // due at 100, 300, 500, 700, 900; the last within an interval
}

TEST_CASE("timing wheel: after a long pause everything overdue fires", "[net]") {
    const Monotonic start{};
    TimingWheel wheel(start);
    wheel.add(1, start + Millis(100));
    wheel.add(2, start + std::chrono::hours(2));
    std::vector<std::uint64_t> fired;
    wheel.advance(start + std::chrono::hours(1), [&](std::uint64_t key, Monotonic) {
        fired.push_back(key);
    });
    CHECK(fired == std::vector<std::uint64_t>{1});
}
