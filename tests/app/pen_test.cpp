// A core's pen: what is under way is counted, and how long it waited.
#include <catch2/catch.hpp>

#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/ledger.hpp"
#include "store/memory/memory_store.hpp"

namespace voxpop::app {
namespace {

// Hands outcomes to the pen on its loop, which the test turns by hand.
struct Desk : domain::StoreObserver {
    CoreLoop loop{0};
    base::ManualClock clock;
    base::Metrics metrics;
    store::MemoryStore store;
    Pen pen{loop, store, clock, metrics, metrics.claim_stripe()};

    Desk() { store.start(*this); }
    ~Desk() override { store.stop(); }

    void on_group(std::span<domain::Settled> settled, std::span<domain::Change>) override {
        std::vector<domain::Settled> outcomes(
            std::make_move_iterator(settled.begin()), std::make_move_iterator(settled.end())
        );
        loop.post([this, outcomes = std::move(outcomes)]() mutable {
            pen.settle(std::move(outcomes));
        });
    }
    void on_health(bool, const std::string&) override {}
};

}  // namespace

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
