// Hands what became of writes, and what changed, to the observer: one group for each turn of the
// loop, however many calls came back in it.
//
// Thread safety: none; the loop's thread. `unsettled` is shared with submit().
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <cstddef>
#include <vector>

#include "domain/store.hpp"
#include "store/group_writer.hpp"

namespace voxpop::store::redis {

class Outlet {
  public:
    Outlet(boost::asio::io_context& io, std::atomic<std::size_t>& unsettled)
        : io_(io), unsettled_(unsettled) {}

    void open(domain::StoreObserver& observer) { observer_ = &observer; }

    void add(std::vector<domain::Settled>&& settled, std::vector<domain::Change>&& changes) {
        append(settled_, std::move(settled));
        append(changes_, std::move(changes));
        wake();
    }
    void change(domain::Change&& change) {
        changes_.push_back(std::move(change));
        wake();
    }
    // Before anything else is told: a gap, or the health.
    void flush() {
        flush_is_due_ = false;
        if (settled_.empty() && changes_.empty()) return;
        conflate_boxes(changes_);
        observer_->on_group(settled_, changes_);
        const auto count = settled_.size();
        settled_.clear();
        changes_.clear();
        // release: whoever sees the queue empty has had its outcomes.
        unsettled_.fetch_sub(count, std::memory_order_release);
    }
    [[nodiscard]] domain::StoreObserver& observer() { return *observer_; }

  private:
    template <class T>
    static void append(std::vector<T>& to, std::vector<T>&& from) {
        if (to.empty()) {
            to.swap(from);
        } else {
            to.insert(
                to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end())
            );
        }
    }
    void wake() {
        if (flush_is_due_) return;
        flush_is_due_ = true;
        boost::asio::post(io_, [this] {
            if (flush_is_due_) flush();
        });
    }

    boost::asio::io_context& io_;
    std::atomic<std::size_t>& unsettled_;
    domain::StoreObserver* observer_ = nullptr;
    std::vector<domain::Settled> settled_;
    std::vector<domain::Change> changes_;
    bool flush_is_due_ = false;
};

}  // namespace voxpop::store::redis
