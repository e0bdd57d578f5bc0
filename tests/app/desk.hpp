// A core's pen on a memory store. Outcomes reach the pen on its loop, which the test turns by hand.
#pragma once

#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "app/ledger.hpp"
#include "store/memory/memory_store.hpp"

namespace voxpop::app {

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

    // Begins something that settles, and turns the loop until it has.
    template <class Begin>
    domain::Outcome settled(Begin begin) {
        std::optional<domain::Outcome> outcome;
        begin([&outcome](domain::Outcome given) { outcome = std::move(given); });
        while (!outcome) loop.io().run_one();
        return *std::move(outcome);
    }
    domain::Outcome write(domain::Command command) {
        return settled([&](Settle settle) { pen.write(std::move(command), std::move(settle)); });
    }
};

}  // namespace voxpop::app
