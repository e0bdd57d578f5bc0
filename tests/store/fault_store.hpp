// A store that misbehaves on a seeded schedule, around one that works: for simulation tests.
//
// It refuses submissions (overloaded, store_unavailable), fails whole groups before they reach the
// inner store, answers late and goes down for a while. What it never does: lose an accepted write,
// settle one twice, change the order, or store what it said had failed. So what holds with it must
// hold with any store whose machine is having a bad day. The same seed and the same calls from one
// thread give the same schedule of refusals; print the seed (fault_seed() does) to see a failure
// again.
//
// Thread safety: as domain::Store.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "domain/store.hpp"

namespace voxpop::store {

// Chances out of 1,000, each for one call.
struct Faults {
    std::uint64_t seed = 1;
    unsigned refuse_overloaded = 0;   // of submit()
    unsigned refuse_unavailable = 0;  // of submit()
    unsigned fail_batch = 0;  // of what one submit() accepted: it settles as store_unavailable
    unsigned go_down = 0;     // of submit(): this one is refused, and so are the next ones
    unsigned submits_while_down = 10;  // how many are refused before the store is up again
    unsigned hold_answer = 0;          // of a group or an answer: it and those after it come late
    unsigned answers_held_max = 8;     // then all that are held are let go
};

// A seed from VOXPOP_SEED or, without it, a random one; printed to standard error.
[[nodiscard]] std::uint64_t fault_seed();

class FaultStore final : public domain::Store, private domain::StoreObserver {
  public:
    FaultStore(std::unique_ptr<domain::Store> inner, Faults faults);
    ~FaultStore() override;

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

    // How often each fault struck, so that a test can see that its schedule did something.
    struct Struck {
        std::uint64_t refused = 0;
        std::uint64_t batches_failed = 0;
        std::uint64_t times_down = 0;
        std::uint64_t held = 0;
    };
    [[nodiscard]] Struck struck() const;

  private:
    // What is handed out, one after the other, by the store's only delivering thread.
    struct Group {
        std::vector<domain::Settled> settled;
        std::vector<domain::Change> changes;
    };
    struct Health {
        bool up;
        std::string why;
    };
    using Call = std::move_only_function<void()>;
    using Item = std::variant<Group, Health, Call>;

    void on_group(std::span<domain::Settled> settled, std::span<domain::Change> changes) override;
    void on_health(bool up, const std::string& why) override;

    // These need mutex_.
    using Random = std::mt19937_64;
    [[nodiscard]] static bool strikes(Random& random, unsigned per_thousand);
    [[nodiscard]] base::Result<void> admit_submission();
    void enqueue(Item item);

    void deliver();
    template <class T>
    [[nodiscard]] domain::Answer<T> late(domain::Answer<T> answer);

    const std::unique_ptr<domain::Store> inner_;
    const Faults faults_;
    domain::StoreObserver* observer_ = nullptr;
    std::thread deliverer_;

    mutable std::mutex mutex_;
    std::condition_variable queued_;
    // Guarded by mutex_:
    Random of_submissions_;  // drawn from by submit() alone, so that its schedule repeats
    Random of_answers_;
    std::deque<Item> queue_;
    bool holding_ = false;
    bool stopping_ = false;
    unsigned refusals_left_ = 0;
    Struck struck_;
    // A failed batch settles after what was submitted before it: its refusals wait for the inner
    // store to settle that many writes.
    struct FailedBatch {
        std::uint64_t after_settled = 0;
        std::vector<domain::Settled> settled;
    };
    std::deque<FailedBatch> failed_;
    std::uint64_t passed_on_ = 0;
    std::uint64_t settled_ = 0;
    std::mutex submitting_;  // keeps the order of submissions from different threads
};

}  // namespace voxpop::store
