// The store for several nodes: everything is in Redis, on one server, behind Sentinel or spread
// over a Cluster (docs/REDIS.md has the keys, the functions and the promises).
//
// One thread of the store's, the loop, owns the connections and all state. The calls of the port
// leave a task in its mailbox; every answer and every observation comes from it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/store.hpp"
#include "store/redis/store_options.hpp"

namespace voxpop::store::redis {

class RedisStore final : public domain::Store {
  public:
    explicit RedisStore(StoreOptions options);
    ~RedisStore() override;

    // Throws when Redis was not reached within options.start_timeout, or refuses (wrong password,
    // too old a version). Several nodes may start at once.
    void start(domain::StoreObserver& observer) override;
    void stop() override;
    [[nodiscard]] base::Result<void> submit(std::vector<domain::Write>& writes) override;

    void watch(base::ThreadId thread, domain::Answer<void> answer) override;
    void unwatch(base::ThreadId thread) override;
    void set_viewers(base::ThreadId thread, std::uint64_t viewers) override;
    void secret(std::string name, std::string proposal, domain::Answer<std::string> answer)
        override;

    void thread(base::ThreadId id, domain::Answer<domain::ThreadView> answer) override;
    void comments(domain::PageRequest request, domain::Answer<domain::CommentPage> answer) override;
    void comment(base::CommentId id, domain::Answer<domain::Comment> answer) override;
    void poll(base::PollId id, domain::Answer<domain::PollView> answer) override;
    void ballots(
        base::ThreadId thread, base::UserId voter, std::vector<domain::BoxId> boxes,
        domain::Answer<std::vector<domain::OptionSet>> answer
    ) override;
    void counts(
        std::vector<base::ThreadId> threads,
        domain::Answer<std::vector<domain::StoredCounts>> answer
    ) override;
    void thread_log(
        base::ThreadId id, std::uint64_t since, std::size_t limit,
        domain::Answer<domain::LogPage> answer
    ) override;
    void site_log(std::uint64_t since, std::size_t limit, domain::Answer<domain::LogPage> answer)
        override;
    void moderation(domain::ModerationRequest request, domain::Answer<domain::CommentPage> answer)
        override;
    void timed_polls(domain::Answer<std::vector<domain::Poll>> answer) override;

  private:
    class Engine;  // what lives on the loop
    std::unique_ptr<Engine> engine_;
};

}  // namespace voxpop::store::redis
