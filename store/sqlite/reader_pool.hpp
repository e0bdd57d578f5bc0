// The threads that answer queries, each with its own connection, from one bounded queue.
//
// A reader whose connection failed is replaced before its thread's next query, so reading resumes
// by itself when the disk does.
//
// Thread safety: ask() from any thread; start() and stop() from the owner's. Queries run on the
// pool's threads, several at a time.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "store/sqlite/reader.hpp"

namespace voxpop::store::sqlite {

class ReaderPool {
  public:
    // Called once: with a reader on a thread of the pool's, or with why there is none (overloaded
    // and stopped: at once, on the caller's thread). Must not throw.
    using Query = std::move_only_function<void(base::Result<Reader*>)>;

    struct Options {
        std::size_t threads = 2;
        std::size_t queue_max = base::limits::kStoreReadsMax;
    };

    ReaderPool(std::filesystem::path file, Options options)
        : file_(std::move(file)), options_(options) {}
    ~ReaderPool() { stop(); }
    ReaderPool(const ReaderPool&) = delete;
    ReaderPool& operator=(const ReaderPool&) = delete;

    void start();
    // Answers what was asked, then ends the threads. May be called again.
    void stop();

    // Errors: overloaded; store_unavailable (not started, stopping, or the database cannot be
    // read).
    void ask(Query query);

  private:
    void run();

    const std::filesystem::path file_;
    const Options options_;
    std::vector<std::thread> threads_;
    std::mutex mutex_;
    std::condition_variable asked_;
    std::deque<Query> queue_;  // guarded by mutex_
    bool accepting_ = false;   // guarded by mutex_
};

}  // namespace voxpop::store::sqlite
