// What lives on the store's loop: the client, the ways of writes, queries and news, and the thread
// that runs them. RedisStore is its face.
//
// Thread safety: start() and stop() are the owner's; submit() and ask() any thread's; everything
// else happens on the loop.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "store/redis/acknowledged.hpp"
#include "store/redis/announcer.hpp"
#include "store/redis/continuity.hpp"
#include "store/redis/outlet.hpp"
#include "store/redis/queries.hpp"
#include "store/redis/redis_store.hpp"
#include "store/redis/replication.hpp"
#include "store/redis/secrets.hpp"
#include "store/redis/server_settings.hpp"
#include "store/redis/site_feed.hpp"
#include "store/redis/start_notice.hpp"
#include "store/redis/thread_index.hpp"
#include "store/redis/viewers.hpp"
#include "store/redis/watcher.hpp"
#include "store/redis/write_path.hpp"

namespace voxpop::store::redis {

class RedisStore::Engine final : private ClientEvents {
  public:
    explicit Engine(StoreOptions options);
    ~Engine() override { stop(); }
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    void start(domain::StoreObserver& observer);
    void stop();
    [[nodiscard]] base::Result<void> submit(std::vector<domain::Write>& writes);

    // Runs `query(answer)` on the loop, unless it is refused at once.
    template <class T, class Query>
    void ask(domain::Answer<T> answer, Query query) {
        std::unique_lock lock(mutex_);
        if (!accepting_) {
            lock.unlock();
            return answer(base::fail(base::ErrorCode::store_unavailable));
        }
        if (reads_.load(std::memory_order_relaxed) >= base::limits::kStoreReadsMax) {
            lock.unlock();
            return answer(base::fail(base::ErrorCode::overloaded));
        }
        reads_.fetch_add(1, std::memory_order_relaxed);
        domain::Answer<T> counted = [this,
                                     answer = std::move(answer)](base::Result<T> result) mutable {
            reads_.fetch_sub(1, std::memory_order_relaxed);
            answer(std::move(result));
        };
        boost::asio::post(io_, [query = std::move(query), counted = std::move(counted)]() mutable {
            query(std::move(counted));
        });
    }
    // The same for what is not answered.
    void tell(std::move_only_function<void()> task);

    [[nodiscard]] Queries& queries() { return queries_; }
    [[nodiscard]] Watcher& watcher() { return watcher_; }
    [[nodiscard]] Secrets& secrets() { return secrets_; }
    [[nodiscard]] Viewers& viewers() { return viewers_; }

  private:
    void on_connected(std::shared_ptr<NewConnection> connection) override;
    void on_lost(const std::string& shard, const std::string& why) override;
    void on_ready(const std::string& shard) override;
    void on_health(const Health& health) override;
    void on_messages(std::span<const Message> messages) override;
    void on_messages_interrupted() override;
    void on_channel_refused(const std::string& channel, const std::string& why) override;

    void run();
    void take_submitted();
    void be_started(base::Result<void> outcome);
    void tell_gap();
    void tell_health(const Health& health);
    [[nodiscard]] bool may_start(const Health& health) const;
    void end_loop();

    StoreOptions options_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::unique_ptr<Client> client_;
    NodeState node_;
    std::atomic<std::size_t> unsettled_{0};
    std::atomic<std::size_t> reads_{0};
    Outlet outlet_;
    Acknowledged acknowledged_;
    Replication replication_;
    ThreadIndex index_;
    SiteFeed site_;
    Announcer definitions_;
    Queries queries_;
    Secrets secrets_;
    Viewers viewers_;
    Watcher watcher_;
    Continuity continuity_;
    WritePath writes_;
    StartNotice notice_;
    SettingsWatch settings_;
    std::thread thread_;

    std::mutex mutex_;
    // Guarded by mutex_:
    std::vector<domain::Write> submitted_;
    bool accepting_ = false;
    bool open_ = false;  // writes are taken: Redis, or a part of it, is there, or they may wait

    // The loop's:
    std::vector<domain::Write> taken_;
    std::promise<base::Result<void>> started_;
    bool starting_ = true;
    bool subscribing_ = false;
    bool site_in_doubt_ = false;
    bool refusal_told_ = false;  // of a channel, and it has not stood since
    std::optional<bool> told_up_;
    std::size_t told_missing_ = 0;
};

}  // namespace voxpop::store::redis
