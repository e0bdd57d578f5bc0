// One thread that answers queries in the order asked, from a bounded queue.
//
// Thread safety: ask() from any thread; start() and stop() from the owner's.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/limits.hpp"

namespace voxpop::store {

class QueryThread {
  public:
    // Called once: without an error on the thread, or at once with why the query is refused.
    using Query = std::move_only_function<void(base::Result<void>)>;

    explicit QueryThread(std::size_t queue_max = base::limits::kStoreReadsMax)
        : queue_max_(queue_max) {}
    ~QueryThread() { stop(); }
    QueryThread(const QueryThread&) = delete;
    QueryThread& operator=(const QueryThread&) = delete;

    void start();
    // Answers what was asked, then ends the thread. May be called again.
    void stop();

    // Errors: overloaded, store_unavailable (not started, or stopping).
    void ask(Query query);

  private:
    void run();

    const std::size_t queue_max_;
    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable asked_;
    std::vector<Query> queue_;  // guarded by mutex_
    bool accepting_ = false;    // guarded by mutex_
};

}  // namespace voxpop::store
