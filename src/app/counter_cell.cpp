#include "app/counter_cell.hpp"

#include <utility>

#include "base/limits.hpp"

namespace voxpop::app {
namespace limits = base::limits;
namespace {

std::uint64_t taps_in(const domain::AddCounts& batch) {
    std::uint64_t taps = 0;
    for (const auto& delta : batch.deltas) {
        for (const auto kind : {domain::CounterKind::heart, domain::CounterKind::clap})
            taps += delta.by[static_cast<std::size_t>(kind)];
    }
    return taps;
}

}  // namespace

base::Result<void> CounterCell::add(
    const base::ThreadId& thread, domain::CounterKind kind, std::uint64_t n
) {
    auto at = gathered_.find(thread);
    if (at == gathered_.end()) {
        if (gathered_.size() >= limits::kCountedThreadsMax) {
            return base::fail(base::ErrorCode::overloaded, "too many threads are counted at once");
        }
        at = gathered_.try_emplace(thread).first;
    }
    at->second[static_cast<std::size_t>(kind)] += n;
    if (kind != domain::CounterKind::view) {
        metrics_.add(base::Metric::taps_counted, stripe_, n);
        metrics_.adjust(base::Gauge::taps_waiting, static_cast<std::int64_t>(n));
    }
    return {};
}

void CounterCell::flush() {
    if (state_ == State::sent) return;
    if (state_ == State::idle && !next_batch()) return;
    send();
}

bool CounterCell::next_batch() {
    if (gathered_.empty()) return false;
    ++batch_.batch;
    batch_.node_epoch = epoch_;
    batch_.deltas.clear();
    batch_.deltas.reserve(gathered_.size());
    for (const auto& [thread, by] : gathered_) batch_.deltas.push_back({thread, by});
    gathered_.clear();
    return true;
}

void CounterCell::send() {
    state_ = State::sent;
    pen_.write(batch_, [this](const domain::Outcome& outcome) { settled(outcome); });
}

void CounterCell::settled(const domain::Outcome& outcome) {
    state_ = outcome ? State::idle : State::refused;
    if (outcome) {
        const auto taps = taps_in(batch_);
        metrics_.add(base::Metric::taps_flushed, stripe_, taps);
        metrics_.adjust(base::Gauge::taps_waiting, -static_cast<std::int64_t>(taps));
    }
    if (!drained_) return;
    if (outcome && next_batch()) return send();
    const std::size_t lost = outcome ? 0 : batch_.deltas.size() + gathered_.size();
    std::exchange(drained_, nullptr)(lost);
}

void CounterCell::drain(std::function<void(std::size_t)> then) {
    drained_ = std::move(then);
    flush();
    if (state_ != State::sent) std::exchange(drained_, nullptr)(0);
}

}  // namespace voxpop::app
