#include "app/ledger.hpp"

#include "base/check.hpp"

namespace voxpop::app {

void Pen::write(domain::Command command, Settle settle) {
    if (batch_.empty()) batch_began_ = clock_.monotonic();
    const std::uint32_t slot = take_slot(std::move(settle));
    batch_.push_back({
        .ticket =
            {
                .core = static_cast<std::uint32_t>(loop_.index()),
                .slot = slot,
                .serial = pending_[slot].serial,
            },
        .command = std::move(command),
    });
    if (flush_posted_) return;
    flush_posted_ = true;
    // Runs after the handlers that are ready now, so their writes travel together.
    boost::asio::post(loop_.io(), [this] { flush(); });
}

std::uint32_t Pen::take_slot(Settle settle) {
    if (free_slots_.empty()) {
        free_slots_.push_back(static_cast<std::uint32_t>(pending_.size()));
        pending_.emplace_back();
    }
    const std::uint32_t slot = free_slots_.back();
    free_slots_.pop_back();
    pending_[slot] = {next_serial_++, batch_began_, std::move(settle)};
    ++outstanding_;
    return slot;
}

void Pen::flush() {
    flush_posted_ = false;
    if (batch_.empty()) return;
    const auto count = static_cast<std::int64_t>(batch_.size());
    const auto taken = store_.submit(batch_);
    if (taken) return metrics_.adjust(base::Gauge::store_queue, count);
    // None was taken: everybody is told at once, and may try again.
    std::vector<domain::Write> refused;
    refused.swap(batch_);
    for (const auto& write : refused) {
        settle_one(write.ticket, std::unexpected(taken.error()));
    }
    batch_end_();
}

void Pen::settle(std::vector<domain::Settled> settled) {
    const auto now = clock_.monotonic();
    base::Monotonic::duration waited{};
    for (auto& one : settled) {
        waited += now - pending_[one.ticket.slot].since;
        settle_one(one.ticket, std::move(one.outcome));
    }
    const auto waited_us = std::chrono::duration_cast<std::chrono::microseconds>(waited).count();
    metrics_.add(base::Metric::write_wait_us, stripe_, static_cast<std::uint64_t>(waited_us));
    metrics_.adjust(base::Gauge::store_queue, -static_cast<std::int64_t>(settled.size()));
    batch_end_();
}

void Pen::settle_one(const domain::Ticket& ticket, domain::Outcome outcome) {
    base::check(ticket.slot < pending_.size() && pending_[ticket.slot].serial == ticket.serial);
    Settle settle = std::move(pending_[ticket.slot].settle);
    pending_[ticket.slot] = {};
    free_slots_.push_back(ticket.slot);
    --outstanding_;
    metrics_.add(
        outcome ? base::Metric::writes_acknowledged : base::Metric::writes_failed, stripe_
    );
    settle(std::move(outcome));
}

void Ledger::on_group(std::span<domain::Settled> settled, std::span<domain::Change> changes) {
    metrics_.add(base::Metric::groups_committed, stripe_);
    note_failures(settled);
    if (!changes.empty()) {
        listener_.on_changes(Changes(
            std::make_move_iterator(changes.begin()), std::make_move_iterator(changes.end())
        ));
    }
    for (auto& one : settled) outbound_[one.ticket.core].push_back(std::move(one));
    for (std::size_t core = 0; core < cores_.size(); ++core) {
        if (outbound_[core].empty()) continue;
        cores_[core].loop->post([pen = cores_[core].pen, batch = std::move(outbound_[core])](
                                ) mutable { pen->settle(std::move(batch)); });
        outbound_[core] = {};
    }
}

// The client is told that the store is away; why, only the operator is.
void Ledger::note_failures(std::span<const domain::Settled> settled) {
    std::uint64_t failed = 0;
    const base::Error* why = nullptr;
    for (const auto& one : settled) {
        if (one.outcome || one.outcome.error().code != base::ErrorCode::store_unavailable) continue;
        ++failed;
        why = &one.outcome.error();
    }
    if (why == nullptr) return;
    metrics_.add(base::Metric::store_errors, stripe_, failed);
    if (const auto untold = failures_told_.due(clock_.monotonic()))
        log_.warn(
            "the store did not take a write",
            {{"why", why->message()}, {"writes", failed}, {"groups_since_last_told", *untold}}
        );
}

void Ledger::on_health(bool up, const std::string& why) {
    readiness_.store_up.store(up, std::memory_order_relaxed);
    metrics_.set(base::Gauge::store_up, up ? 1 : 0);
    if (up) {
        log_.info("the store takes writes", {});
    } else {
        metrics_.add(base::Metric::store_errors, stripe_);
        log_.error("the store does not take writes", {{"why", why}});
    }
}

void Ledger::on_shards_missing(std::size_t shards, const std::string& why) {
    metrics_.set(base::Gauge::store_shards_missing, static_cast<std::int64_t>(shards));
    if (shards == 0) {
        log_.info("all shards of the store are there", {});
    } else {
        log_.error("shards of the store are away", {{"shards", shards}, {"why", why}});
    }
}

void Ledger::on_gap() {
    log_.warn("changes of the store may have been missed; reading again what is live here", {});
    listener_.on_gap();
}

}  // namespace voxpop::app
