// The store that forgets with the process: for tests, and for trying things out (`--store
// memory:`). It is also the reference: what the other stores do is right when it is what this one
// does.
//
// A MemoryState behind a lock, with a writer's thread that applies groups and a thread that answers
// queries. The state is shared, so a test can stop a store and open another on the same data, as a
// restart does.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "domain/store.hpp"
#include "store/group_writer.hpp"
#include "store/memory/memory_state.hpp"
#include "store/memory/query_thread.hpp"

namespace voxpop::store {

// What outlives a MemoryStore. One store at a time.
struct MemoryData {
    MemoryData();  // empty, with a new random epoch

    std::mutex mutex;
    MemoryState state;  // guarded by mutex
};

class MemoryStore final : public domain::Store, private GroupCommitter {
  public:
    explicit MemoryStore(std::shared_ptr<MemoryData> data = std::make_shared<MemoryData>());

    void start(domain::StoreObserver& observer) override;
    void stop() override;
    [[nodiscard]] base::Result<void> submit(std::vector<domain::Write>& writes) override;

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
    [[nodiscard]] base::Result<void> commit_group(
        std::span<domain::Write> group, std::vector<domain::Settled>& settled,
        std::vector<domain::Change>& changes
    ) override;

    template <class T, class Query>
    void answer_with(domain::Answer<T> answer, Query query);

    std::shared_ptr<MemoryData> data_;
    GroupWriter writer_;
    QueryThread queries_;
};

}  // namespace voxpop::store
