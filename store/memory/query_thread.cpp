#include "store/memory/query_thread.hpp"

#include <utility>

namespace voxpop::store {

void QueryThread::start() {
    accepting_ = true;
    thread_ = std::thread([this] { run(); });
}

void QueryThread::stop() {
    {
        const std::lock_guard lock(mutex_);
        accepting_ = false;
    }
    asked_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void QueryThread::ask(Query query) {
    auto refusal = base::ErrorCode::store_unavailable;
    {
        const std::lock_guard lock(mutex_);
        if (accepting_ && queue_.size() < queue_max_) {
            queue_.push_back(std::move(query));
            asked_.notify_one();
            return;
        }
        if (accepting_) refusal = base::ErrorCode::overloaded;
    }
    query(base::fail(refusal));
}

void QueryThread::run() {
    std::vector<Query> taken;
    while (true) {
        {
            std::unique_lock lock(mutex_);
            asked_.wait(lock, [this] { return !queue_.empty() || !accepting_; });
            if (queue_.empty()) return;
            taken.swap(queue_);
        }
        for (auto& query : taken) query({});
        taken.clear();
    }
}

}  // namespace voxpop::store
