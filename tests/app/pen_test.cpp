// A core's pen: what is under way is counted, and how long it waited.
#include <catch2/catch.hpp>

#include "desk.hpp"

namespace voxpop::app {

TEST_CASE("pen: writes under way are counted, and how long they waited", "[app]") {
    Desk desk;
    int settled = 0;
    for (const auto* id : {"a", "b"}) {
        desk.pen.write(
            domain::PutThread{{.id = *base::ThreadId::from(id)}, 0},
            [&settled](const domain::Outcome& outcome) { settled += outcome.has_value() ? 1 : 0; }
        );
    }
    CHECK(desk.metrics.value(base::Gauge::store_queue) == 0);
    desk.loop.io().run_one();  // the batch goes to the store
    CHECK(desk.metrics.value(base::Gauge::store_queue) == 2);
    desk.clock.advance(base::Millis(250));
    while (settled < 2) desk.loop.io().run_one();
    CHECK(desk.metrics.value(base::Gauge::store_queue) == 0);
    CHECK(desk.metrics.sum(base::Metric::write_wait_us) == 500'000);
}

}  // namespace voxpop::app
