// One core's share of what is counted without asking who: taps and views. Only that core touches
// it, so counting is an addition in memory, without locks or atomics: striping carried to its end.
// Every kCounterFlushInterval what has gathered goes to the store as one batch.
//
// Exactly once from here on: there is one batch on its way at a time, and it is sent again with the
// same number and the same content until it has settled, so a store that has it already does
// nothing. What has not been sent when the process is killed is lost: one interval, and the batch
// on its way if the store had not got it.
//
// The core's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

#include "app/ledger.hpp"
#include "base/metrics.hpp"
#include "domain/thread.hpp"

namespace voxpop::app {

class CounterCell {
  public:
    // `epoch` names this cell's batches; no other cell, of this process or of any other, has it.
    CounterCell(Pen& pen, std::string epoch, base::Metrics& metrics, std::size_t stripe)
        : pen_(pen), epoch_(std::move(epoch)), metrics_(metrics), stripe_(stripe) {}

    // Error: overloaded (kCountedThreadsMax threads have gathered already).
    [[nodiscard]] base::Result<void> add(
        const base::ThreadId& thread, domain::CounterKind kind, std::uint64_t n
    );

    // One view; left away where too many threads have gathered, since nobody waits for it.
    void add_view(const base::ThreadId& thread) { (void)add(thread, domain::CounterKind::view, 1); }

    // Sends what has gathered, or sends again what has not settled; does nothing while a batch is
    // on its way.
    void flush();

    // Flushes until nothing is left, or the store does not take it. Calls `then` with the number of
    // threads whose counts are lost.
    void drain(std::function<void(std::size_t lost)> then);

  private:
    enum class State : std::uint8_t { idle, sent, refused };

    void send();
    void settled(const domain::Outcome& outcome);
    [[nodiscard]] bool next_batch();

    Pen& pen_;
    std::string epoch_;
    base::Metrics& metrics_;
    std::size_t stripe_;
    std::unordered_map<base::ThreadId, domain::Counters> gathered_;
    domain::AddCounts batch_;  // sent or refused
    State state_ = State::idle;
    std::function<void(std::size_t)> drained_;
};

}  // namespace voxpop::app
