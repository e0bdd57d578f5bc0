#include "store/group_writer.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <unordered_map>
#include <utility>

namespace voxpop::store {

void GroupWriter::start(domain::StoreObserver& observer) {
    observer_ = &observer;
    accepting_ = true;
    thread_ = std::thread([this] { run(); });
}

void GroupWriter::stop() {
    {
        const std::lock_guard lock(mutex_);
        accepting_ = false;
        stopping_ = true;
    }
    arrived_.notify_one();
    if (thread_.joinable()) thread_.join();
}

base::Result<void> GroupWriter::submit(std::vector<domain::Write>& writes) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (!accepting_) return base::fail(base::ErrorCode::store_unavailable);
        if (writes.size() > options_.queue_commands_max - unsettled_) {
            return base::fail(base::ErrorCode::overloaded);
        }
        const std::size_t before = queue_.size();
        std::ranges::move(writes, std::back_inserter(queue_));
        unsettled_ += writes.size();
        wake = before < wake_at_ && queue_.size() >= wake_at_;
    }
    writes.clear();
    if (wake) arrived_.notify_one();
    return {};
}

void GroupWriter::run() {
    observer_->on_health(true, "opened");
    while (gather()) {
        std::span<domain::Write> rest(taken_);
        while (!rest.empty()) {
            const std::size_t size = std::min(rest.size(), options_.group_commands_max);
            commit(rest.first(size));
            rest = rest.subspan(size);
        }
        taken_.clear();
    }
}

bool GroupWriter::gather() {
    std::unique_lock lock(mutex_);
    if (!up_ && queue_.empty()) wait_until_recovered(lock);
    arrived_.wait(lock, [this] { return !queue_.empty() || stopping_; });
    if (queue_.empty()) return false;
    wait_for_company(lock);
    taken_.swap(queue_);
    last_taken_ = taken_.size();
    return true;
}

// Half of the last group is a sign that its senders are writing again; fewer than two never were
// company.
void GroupWriter::wait_for_company(std::unique_lock<std::mutex>& lock) {
    const std::size_t company = std::min((last_taken_ + 1) / 2, options_.group_commands_max);
    if (queue_.size() >= company || options_.linger.count() == 0) return;
    wake_at_ = company;
    arrived_.wait_for(lock, options_.linger, [&] { return queue_.size() >= company || stopping_; });
    wake_at_ = 1;
}

void GroupWriter::commit(std::span<domain::Write> group) {
    settled_.clear();
    changes_.clear();
    if (!up_) {
        refuse(group, down_because_);  // accepted before the store went away
    } else if (auto done = committer_.commit_group(group, settled_, changes_); !done) {
        {
            const std::lock_guard lock(mutex_);
            accepting_ = false;
        }
        up_ = false;
        down_because_ = done.error();
        observer_->on_health(false, std::string(down_because_.message()));
        refuse(group, down_because_);
    }
    if (settled_.size() != group.size()) std::abort();  // somebody would wait for ever
    conflate_boxes(changes_);
    observer_->on_group(settled_, changes_);
    const std::lock_guard lock(mutex_);
    unsettled_ -= group.size();
}

void GroupWriter::refuse(std::span<const domain::Write> group, const base::Error& error) {
    settled_.clear();
    changes_.clear();
    for (const auto& write : group) settled_.push_back({write.ticket, std::unexpected(error)});
}

void GroupWriter::wait_until_recovered(std::unique_lock<std::mutex>& lock) {
    while (!stopping_) {
        arrived_.wait_for(lock, options_.retry_interval, [this] { return stopping_; });
        if (stopping_) return;
        lock.unlock();
        up_ = committer_.recover().has_value();
        if (up_) {
            // A commit whose failure was told may be on the disk all the same: the disk took it,
            // and failed then.
            observer_->on_gap();
            observer_->on_health(true, "recovered");
        }
        lock.lock();
        if (!up_) continue;
        accepting_ = !stopping_;
        return;
    }
}

void conflate_boxes(std::vector<domain::Change>& changes) {
    std::unordered_map<domain::BoxId, std::uint64_t> newest;
    for (const auto& change : changes) {
        if (const auto* box = std::get_if<domain::BoxChanged>(&change)) {
            auto& version = newest[box->box];
            version = std::max(version, box->tally.version);
        }
    }
    // One stays of each box, and that only once.
    const auto is_old = [&](const domain::Change& change) {
        const auto* box = std::get_if<domain::BoxChanged>(&change);
        if (box == nullptr) return false;
        const auto at = newest.find(box->box);
        if (at == newest.end() || at->second != box->tally.version) return true;
        newest.erase(at);
        return false;
    };
    // Backwards, towards the end.
    auto kept = changes.rbegin();
    for (auto at = changes.rbegin(); at != changes.rend(); ++at) {
        if (is_old(*at)) continue;
        if (kept != at) *kept = std::move(*at);
        ++kept;
    }
    changes.erase(changes.begin(), kept.base());
}

}  // namespace voxpop::store
