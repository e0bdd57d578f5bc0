// Carries writes to the store and what became of them back to where they came from.
//
// A core's Pen collects the writes of one wake-up and submits them together; the Ledger hears every
// group that the store commits, sends each outcome to its core and the changes to the publisher.
// Outcomes reach a core in the order in which it wrote.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/core_loop.hpp"
#include "app/readiness.hpp"
#include "base/clock.hpp"
#include "base/inline_function.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/occasional.hpp"
#include "domain/store.hpp"

namespace voxpop::app {

inline constexpr std::size_t kSettleBytesMax = 192;
using Settle = base::InlineFunction<void(domain::Outcome), kSettleBytesMax>;

// The core's thread.
class Pen {
  public:
    Pen(CoreLoop& loop, domain::Store& store, const base::Clock& clock, base::Metrics& metrics,
        std::size_t stripe)
        : loop_(loop), store_(store), clock_(clock), metrics_(metrics), stripe_(stripe) {}

    // Writes `command` and calls `settle` with the outcome, later, on this core. Refusals of the
    // store (overloaded, store_unavailable) come the same way.
    void write(domain::Command command, Settle settle);

    // Called at the end of every batch of outcomes (to let replies go out together).
    void on_batch_end(std::function<void()> then) { batch_end_ = std::move(then); }

    // Outcomes from the ledger.
    void settle(std::vector<domain::Settled> settled);

    [[nodiscard]] std::size_t outstanding() const { return outstanding_; }

  private:
    struct Pending {
        std::uint64_t serial = 0;
        base::Monotonic since{};  // when its batch began
        Settle settle;
    };

    [[nodiscard]] std::uint32_t take_slot(Settle settle);
    void settle_one(const domain::Ticket& ticket, domain::Outcome outcome);
    void flush();

    CoreLoop& loop_;
    domain::Store& store_;
    const base::Clock& clock_;
    base::Metrics& metrics_;
    std::size_t stripe_;
    std::function<void()> batch_end_ = [] {};
    std::vector<domain::Write> batch_;
    base::Monotonic batch_began_{};
    bool flush_posted_ = false;
    std::vector<Pending> pending_;
    std::vector<std::uint32_t> free_slots_;
    std::uint64_t next_serial_ = 1;
    std::size_t outstanding_ = 0;
};

// The store's thread.
class Ledger final : public domain::StoreObserver {
  public:
    using Changes = std::vector<domain::Change>;
    // Both are called on the store's thread, and must hand over.
    struct Listener {
        std::function<void(Changes)> on_changes;
        std::function<void()> on_gap;
    };

    // One entry of `pens` per core, in order of their index.
    struct Core {
        CoreLoop* loop;
        Pen* pen;
    };

    Ledger(
        std::vector<Core> cores, Listener listener, Readiness& readiness, const base::Clock& clock,
        base::Log& log, base::Metrics& metrics
    )
        : cores_(std::move(cores)),
          listener_(std::move(listener)),
          readiness_(readiness),
          clock_(clock),
          log_(log),
          metrics_(metrics),
          stripe_(metrics.claim_stripe()),
          outbound_(cores_.size()) {}

    void on_group(std::span<domain::Settled> settled, std::span<domain::Change> changes) override;
    void on_health(bool up, const std::string& why) override;
    void on_shards_missing(std::size_t shards, const std::string& why) override;
    void on_gap() override;

  private:
    void note_failures(std::span<const domain::Settled> settled);

    std::vector<Core> cores_;
    Listener listener_;
    Readiness& readiness_;
    const base::Clock& clock_;
    base::Log& log_;
    base::Metrics& metrics_;
    std::size_t stripe_;
    base::Occasional failures_told_;
    std::vector<std::vector<domain::Settled>> outbound_;  // by core; empty between groups
};

}  // namespace voxpop::app
