// An observer for tests: keeps everything it hears, and lets the test wait for what must come.
//
// Waiting has no time limit of its own: a store that never answers hangs the test, and CTest ends
// it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "domain/store.hpp"

namespace voxpop::store {

class Recorder final : public domain::StoreObserver {
  public:
    void on_group(std::span<domain::Settled> settled, std::span<domain::Change> changes) override {
        {
            const std::lock_guard lock(mutex_);
            threads_.insert(std::this_thread::get_id());
            for (auto& change : changes) changes_.push_back(std::move(change));
            for (auto& one : settled) {
                order_.push_back(one.ticket.serial);
                changes_before_[one.ticket.serial] = changes_.size();
                ++times_settled_[one.ticket.serial];
                outcomes_.insert_or_assign(one.ticket.serial, std::move(one.outcome));
            }
            group_sizes_.push_back(settled.size());
        }
        heard_.notify_all();
    }
    void on_health(bool up, const std::string&) override {
        {
            const std::lock_guard lock(mutex_);
            threads_.insert(std::this_thread::get_id());
            health_.push_back(up);
        }
        heard_.notify_all();
    }

    void on_shards_missing(std::size_t shards, const std::string&) override {
        {
            const std::lock_guard lock(mutex_);
            threads_.insert(std::this_thread::get_id());
            shards_missing_ = shards;
        }
        heard_.notify_all();
    }
    void on_gap() override {
        {
            const std::lock_guard lock(mutex_);
            threads_.insert(std::this_thread::get_id());
            ++gaps_;
        }
        heard_.notify_all();
    }

    // The outcome of the write with this serial, when it has come.
    [[nodiscard]] domain::Outcome wait_for(std::uint64_t serial) {
        std::unique_lock lock(mutex_);
        heard_.wait(lock, [&] { return outcomes_.contains(serial); });
        return outcomes_.at(serial);
    }
    void wait_for_health(bool up) {
        std::unique_lock lock(mutex_);
        heard_.wait(lock, [&] { return !health_.empty() && health_.back() == up; });
    }

    void wait_for_shards_missing(std::size_t shards) {
        std::unique_lock lock(mutex_);
        heard_.wait(lock, [&] { return shards_missing_ == shards; });
    }
    void wait_for_gaps(std::size_t gaps) {
        std::unique_lock lock(mutex_);
        heard_.wait(lock, [&] { return gaps_ >= gaps; });
    }
    // Until `satisfied(changes)`, which looks at everything that was heard so far.
    template <class Satisfied>
    void wait_for_changes(Satisfied&& satisfied) {
        std::unique_lock lock(mutex_);
        heard_.wait(lock, [&] { return satisfied(std::as_const(changes_)); });
    }

    // What was heard so far, in order.
    [[nodiscard]] std::vector<domain::Change> changes() const { return copy_of(changes_); }
    [[nodiscard]] std::vector<std::uint64_t> order() const { return copy_of(order_); }
    [[nodiscard]] std::vector<std::size_t> group_sizes() const { return copy_of(group_sizes_); }
    [[nodiscard]] std::vector<bool> health() const { return copy_of(health_); }
    [[nodiscard]] std::size_t gaps() const { return copy_of(gaps_); }
    [[nodiscard]] std::size_t threads() const { return copy_of(threads_).size(); }
    // How many changes had been heard by the time the outcome came, its own group's included.
    [[nodiscard]] std::size_t changes_before(std::uint64_t serial) const {
        return copy_of(changes_before_).at(serial);
    }
    [[nodiscard]] int times_settled(std::uint64_t serial) const {
        const std::lock_guard lock(mutex_);
        const auto at = times_settled_.find(serial);
        return at != times_settled_.end() ? at->second : 0;
    }

  private:
    template <class T>
    [[nodiscard]] T copy_of(const T& value) const {
        const std::lock_guard lock(mutex_);
        return value;
    }

    mutable std::mutex mutex_;
    std::condition_variable heard_;
    std::vector<domain::Change> changes_;
    std::vector<std::uint64_t> order_;
    std::vector<std::size_t> group_sizes_;
    std::vector<bool> health_;
    std::size_t gaps_ = 0;
    std::size_t shards_missing_ = 0;  // as told last
    std::set<std::thread::id> threads_;
    std::unordered_map<std::uint64_t, domain::Outcome> outcomes_;
    std::unordered_map<std::uint64_t, std::size_t> changes_before_;
    std::unordered_map<std::uint64_t, int> times_settled_;
};

}  // namespace voxpop::store
