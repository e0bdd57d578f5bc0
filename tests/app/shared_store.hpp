// Several nodes on one store, for tests, without threads or time. What a node writes is in the
// store at once, and its own changes are told to it in order; the others hear of it as a bad
// network would bring it: late, twice, out of order, or not at all and then as a gap. Answers to
// queries come late as well, and may tell of any moment since they were asked.
//
// Everything that happens by chance comes from one seeded generator.
#pragma once

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "domain/store.hpp"
#include "store/memory/memory_state.hpp"

namespace voxpop::app {

class NodeStore;

class SharedStore {
  public:
    explicit SharedStore(std::uint32_t seed) : random(seed) {}

    // A number from 0 to n - 1.
    std::size_t below(std::size_t n) { return random() % n; }
    // Everything is lost; the store begins again, empty.
    void lose_all() { state = store::MemoryState("second"); }

    std::mt19937 random;
    store::MemoryState state{"first"};
    std::vector<NodeStore*> nodes;
    std::map<std::string, std::string> secrets;
};

class NodeStore final : public domain::Store {
  public:
    explicit NodeStore(SharedStore& shared) : shared_(shared) { shared_.nodes.push_back(this); }

    void start(domain::StoreObserver& observer) override { observer_ = &observer; }
    void stop() override {}
    [[nodiscard]] base::Result<void> submit(std::vector<domain::Write>& writes) override;

    void watch(base::ThreadId id, domain::Answer<void> answer) override;
    void unwatch(base::ThreadId id) override { watched_.erase(id); }
    void set_viewers(base::ThreadId id, std::uint64_t viewers) override;
    void secret(std::string name, std::string proposal, domain::Answer<std::string> answer)
        override {
        answer(shared_.secrets.try_emplace(std::move(name), std::move(proposal)).first->second);
    }

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

    // Lets something of what waits here happen: an answer, a change of another node, a gap.
    void let_something_happen();
    // All of it, and then nothing waits.
    void let_everything_happen();
    // Until further notice everything is refused, as by a store that is away.
    void set_away(bool away) { away_ = away; }
    // The next write is stored, but its outcome does not come back.
    void lose_next_outcome() { outcome_lost_ = true; }
    // Changes were missed.
    void tell_gap() { observer_->on_gap(); }

    [[nodiscard]] const std::set<base::ThreadId>& watched() const { return watched_; }
    [[nodiscard]] std::size_t reads() const { return reads_; }

  private:
    template <class T, class Query>
    void answer_later(domain::Answer<T> answer, Query query);
    void hear(const domain::Change& change);
    void tell(domain::Change change) { observer_->on_group({}, {&change, 1}); }
    void tell_one_change();
    void sum_viewers(const base::ThreadId& id);
    [[nodiscard]] std::uint64_t viewers_elsewhere(const base::ThreadId& id) const;

    SharedStore& shared_;
    domain::StoreObserver* observer_ = nullptr;
    std::set<base::ThreadId> watched_;
    std::map<base::ThreadId, std::uint64_t> viewers_;
    std::vector<std::move_only_function<void()>> answers_;  // on their way, oldest first
    std::vector<domain::Change> changes_;                   // of other nodes, the same way
    bool lost_ = false;
    bool away_ = false;
    bool outcome_lost_ = false;
    std::size_t reads_ = 0;
};

}  // namespace voxpop::app
