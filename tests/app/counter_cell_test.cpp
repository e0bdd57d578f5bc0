// Taps and views on their way to the store: nothing twice, nothing lost while the process lives.
#include "app/counter_cell.hpp"

#include <catch2/catch.hpp>

#include <array>

#include "app/view_log.hpp"
#include "base/limits.hpp"
#include "test_node.hpp"

namespace voxpop::app {
namespace {

using domain::CounterKind;

const auto kThread = *base::ThreadId::from("t");

struct Bench {
    Bench() { REQUIRE(node.write(domain::PutThread{{.id = kThread}, 0})); }

    void tap(std::uint64_t n) { REQUIRE(cell.add(kThread, CounterKind::heart, n)); }
    std::uint64_t hearts() {
        return shared.state.counts({kThread})
            .front()
            .counters[static_cast<std::size_t>(CounterKind::heart)];
    }

    SharedStore shared{1};
    base::ManualClock clock;
    TestNode node{shared, clock};
    base::Metrics metrics;
    CounterCell cell{node.pen, "epoch", metrics, 0};
};

TEST_CASE("counter cell: what gathered between two flushes is one batch", "[app]") {
    Bench bench;
    bench.tap(2);
    bench.tap(3);
    CHECK(bench.hearts() == 0);
    bench.cell.flush();
    bench.node.turn();
    CHECK(bench.hearts() == 5);
    bench.cell.flush();
    bench.node.turn();
    CHECK(bench.hearts() == 5);
}

TEST_CASE(
    "counter cell: a batch that was refused goes again, and what came later after it", "[app]"
) {
    Bench bench;
    bench.tap(2);
    bench.node.store.set_away(true);
    bench.cell.flush();
    bench.node.turn();
    bench.tap(3);
    bench.cell.flush();
    bench.node.turn();
    CHECK(bench.hearts() == 0);
    bench.node.store.set_away(false);
    bench.cell.flush();
    bench.node.turn();
    CHECK(bench.hearts() == 2);
    bench.cell.flush();
    bench.node.turn();
    CHECK(bench.hearts() == 5);
}

TEST_CASE("counter cell: a batch that was stored although nobody said so counts once", "[app]") {
    Bench bench;
    bench.tap(2);
    bench.node.store.lose_next_outcome();
    bench.cell.flush();
    bench.node.turn();
    CHECK(bench.hearts() == 2);
    bench.tap(3);
    for (int i = 0; i < 3; ++i) {
        bench.cell.flush();
        bench.node.turn();
    }
    CHECK(bench.hearts() == 5);
}

TEST_CASE("counter cell: draining sends everything, and says what could not be sent", "[app]") {
    Bench bench;
    std::optional<std::size_t> lost;
    bench.tap(2);
    bench.cell.flush();
    bench.tap(3);
    bench.cell.drain([&lost](std::size_t threads) { lost = threads; });
    bench.node.turn();
    CHECK(lost == 0);
    CHECK(bench.hearts() == 5);

    lost.reset();
    bench.cell.drain([&lost](std::size_t threads) { lost = threads; });
    CHECK(lost == 0);

    lost.reset();
    bench.node.store.set_away(true);
    bench.tap(1);
    bench.cell.drain([&lost](std::size_t threads) { lost = threads; });
    bench.node.turn();
    CHECK(lost == 1);
}

TEST_CASE("counter cell: more threads than a batch may hold are refused, known ones not", "[app]") {
    Bench bench;
    for (std::size_t i = 1; i < base::limits::kCountedThreadsMax; ++i) {
        const auto id = *base::ThreadId::from("n" + std::to_string(i));
        REQUIRE(bench.cell.add(id, CounterKind::clap, 1));
    }
    bench.tap(1);
    const auto refused = bench.cell.add(*base::ThreadId::from("more"), CounterKind::clap, 1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == base::ErrorCode::overloaded);
    bench.tap(1);
}

TEST_CASE("counter cell: the metrics say how many taps are counted, stored, and waiting", "[app]") {
    Bench bench;
    const auto told = [&] {
        return std::array{
            bench.metrics.sum(base::Metric::taps_counted),
            bench.metrics.sum(base::Metric::taps_flushed),
            static_cast<std::uint64_t>(bench.metrics.value(base::Gauge::taps_waiting)),
        };
    };
    using Taps = std::array<std::uint64_t, 3>;
    bench.tap(2);
    bench.cell.add_view(kThread);  // is none
    CHECK(told() == Taps{2, 0, 2});
    bench.node.store.set_away(true);
    bench.cell.flush();
    bench.node.turn();
    bench.tap(3);
    CHECK(told() == Taps{5, 0, 5});
    bench.node.store.set_away(false);
    bench.cell.flush();
    bench.node.turn();
    CHECK(told() == Taps{5, 2, 3});
    bench.cell.flush();
    bench.node.turn();
    CHECK(told() == Taps{5, 5, 0});
}

TEST_CASE("view log: a connection views a thread once", "[app]") {
    ViewLog log;
    const auto other = *base::ThreadId::from("other");
    CHECK(log.first(1, kThread));
    CHECK_FALSE(log.first(1, kThread));
    CHECK(log.first(1, other));
    CHECK(log.first(2, kThread));
    log.forget(1);
    CHECK(log.first(1, kThread));
}

}  // namespace
}  // namespace voxpop::app
