#include "store/sqlite/reader_pool.hpp"

#include <utility>

#include "store/sqlite/connection.hpp"

namespace voxpop::store::sqlite {

void ReaderPool::start() {
    accepting_ = true;
    for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { run(); });
}

void ReaderPool::stop() {
    {
        const std::lock_guard lock(mutex_);
        accepting_ = false;
    }
    asked_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

void ReaderPool::ask(Query query) {
    auto refusal = base::ErrorCode::store_unavailable;
    {
        const std::lock_guard lock(mutex_);
        if (accepting_ && queue_.size() < options_.queue_max) {
            queue_.push_back(std::move(query));
            asked_.notify_one();
            return;
        }
        if (accepting_) refusal = base::ErrorCode::overloaded;
    }
    query(base::fail(refusal));
}

void ReaderPool::run() {
    // Before anybody asks: its files are open then, should the process run out of descriptors.
    auto reader = std::make_unique<Reader>(open_for_reading(file_));
    while (true) {
        Query query;
        {
            std::unique_lock lock(mutex_);
            asked_.wait(lock, [this] { return !queue_.empty() || !accepting_; });
            if (queue_.empty()) return;
            query = std::move(queue_.front());
            queue_.pop_front();
        }
        if (!reader->ok()) reader = std::make_unique<Reader>(open_for_reading(file_));
        if (reader->ok()) {
            query(reader.get());
        } else {
            query(std::unexpected(reader->error()));
        }
    }
}

}  // namespace voxpop::store::sqlite
