#include "app/live_slots.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace voxpop::app {
namespace {

struct Thing {};

// Slots whose readings the test ends.
struct Scene {
    using Slots = LiveSlots<std::string, Thing>;
    std::vector<Slots::Reading> readings;
    Slots slots{{
        .make = [](const std::string&) { return std::make_unique<Thing>(); },
        .read = [this](const Slots::Reading& reading) { readings.push_back(reading); },
        .feed = [](Thing&, const domain::Change&) { return true; },
        .gone = [](Slots::Slot&) {},
    }};

    // Wanted, read and held.
    void keep(const std::string& id) {
        slots.want(id, [](const base::Result<void>&) {});
        slots.succeed(readings.back());
        slots.hold(id);
        readings.clear();
    }
    // Readings that began in so many ticks, each of which failed.
    std::size_t failing(unsigned ticks) {
        std::size_t begun = 0;
        for (; ticks > 0; --ticks) {
            slots.tend();
            for (const auto& reading : std::exchange(readings, {})) {
                ++begun;
                slots.fail(reading, {base::ErrorCode::poll_not_found, {}});
            }
        }
        return begun;
    }
};

TEST_CASE("live slots: what cannot be read is asked for less and less often", "[app]") {
    constexpr auto kRest = base::limits::kRereadRestTicksMax;
    Scene scene;
    scene.keep("a");
    scene.slots.doubt_all();
    CHECK(scene.failing(1) == 1);
    CHECK(scene.failing(2 * kRest) < 10);
    CHECK(scene.failing(10 * kRest) == 10);
}

TEST_CASE("live slots: a gap ends the rest of what could not be read", "[app]") {
    Scene scene;
    scene.keep("a");
    scene.slots.doubt_all();
    (void)scene.failing(100);
    scene.slots.doubt_all();
    CHECK(scene.failing(1) == 1);
}

TEST_CASE("live slots: one that rests holds up no other", "[app]") {
    Scene scene;
    scene.keep("a");
    scene.slots.doubt_all();
    (void)scene.failing(100);
    scene.keep("b");
    scene.slots.doubt_all();
    (void)scene.failing(1);
    scene.slots.release("a");
    scene.slots.tend();
    CHECK(scene.slots.find("a") == nullptr);
    REQUIRE(scene.slots.find("b") != nullptr);
    CHECK(scene.failing(2) == 1);
}

}  // namespace
}  // namespace voxpop::app
