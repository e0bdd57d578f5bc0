#include "tests/store/fault_store.hpp"

#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <utility>

namespace voxpop::store {

using namespace domain;

std::uint64_t fault_seed() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment
    const char* given = std::getenv("VOXPOP_SEED");
    const std::uint64_t seed =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::fprintf(stderr, "VOXPOP_SEED=%llu\n", static_cast<unsigned long long>(seed));
    return seed;
}

FaultStore::FaultStore(std::unique_ptr<Store> inner, Faults faults)
    : inner_(std::move(inner)),
      faults_(faults),
      of_submissions_(faults.seed),
      of_answers_(faults.seed) {}

FaultStore::~FaultStore() {
    stop();
}

void FaultStore::start(StoreObserver& observer) {
    observer_ = &observer;
    deliverer_ = std::thread([this] { deliver(); });
    inner_->start(*this);
}

void FaultStore::stop() {
    if (!deliverer_.joinable()) return;
    inner_->stop();
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    queued_.notify_one();
    deliverer_.join();
}

base::Result<void> FaultStore::submit(std::vector<Write>& writes) {
    const std::lock_guard order(submitting_);
    const std::size_t size = writes.size();
    {
        const std::lock_guard lock(mutex_);
        if (auto admitted = admit_submission(); !admitted) return admitted;
        if (strikes(of_submissions_, faults_.fail_batch)) {
            ++struck_.batches_failed;
            FailedBatch failed{passed_on_, {}};
            for (const auto& write : writes) {
                failed.settled.push_back(
                    {write.ticket, base::fail(base::ErrorCode::store_unavailable)}
                );
            }
            writes.clear();
            if (settled_ == passed_on_) {
                enqueue(Group{std::move(failed.settled), {}});
            } else {
                failed_.push_back(std::move(failed));
            }
            return {};
        }
        passed_on_ += size;
    }
    auto accepted = inner_->submit(writes);
    if (!accepted) {
        const std::lock_guard lock(mutex_);
        passed_on_ -= size;
    }
    return accepted;
}

base::Result<void> FaultStore::admit_submission() {
    using enum base::ErrorCode;
    if (stopping_) return base::fail(store_unavailable);
    if (refusals_left_ > 0) {
        ++struck_.refused;
        if (--refusals_left_ == 0) enqueue(Health{true, "injected fault is over"});
        return base::fail(store_unavailable);
    }
    if (faults_.submits_while_down > 0 && strikes(of_submissions_, faults_.go_down)) {
        ++struck_.times_down;
        ++struck_.refused;
        refusals_left_ = faults_.submits_while_down;
        enqueue(Health{false, "injected fault"});
        return base::fail(store_unavailable);
    }
    const bool unavailable = strikes(of_submissions_, faults_.refuse_unavailable);
    if (!unavailable && !strikes(of_submissions_, faults_.refuse_overloaded)) return {};
    ++struck_.refused;
    return base::fail(unavailable ? store_unavailable : overloaded);
}

bool FaultStore::strikes(Random& random, unsigned per_thousand) {
    return std::uniform_int_distribution<unsigned>(0, 999)(random) < per_thousand;
}

void FaultStore::enqueue(Item item) {
    queue_.push_back(std::move(item));
    if (!holding_ && strikes(of_answers_, faults_.hold_answer)) {
        holding_ = true;
        ++struck_.held;
    }
    if (queue_.size() >= faults_.answers_held_max) holding_ = false;
    queued_.notify_one();
}

// Splits the inner store's group where a failed batch belongs, so that outcomes keep the order in
// which their writes were submitted.
void FaultStore::on_group(std::span<Settled> settled, std::span<Change> changes) {
    const std::lock_guard lock(mutex_);
    Group group;
    std::ranges::move(changes, std::back_inserter(group.changes));
    for (auto& one : settled) {
        group.settled.push_back(std::move(one));
        ++settled_;
        while (!failed_.empty() && failed_.front().after_settled == settled_) {
            std::ranges::move(failed_.front().settled, std::back_inserter(group.settled));
            failed_.pop_front();
        }
    }
    enqueue(std::move(group));
}

void FaultStore::on_health(bool up, const std::string& why) {
    const std::lock_guard lock(mutex_);
    enqueue(Health{up, why});
}

// Held items are let go by the next ones, or after a moment in which nothing came: late, never
// lost.
void FaultStore::deliver() {
    constexpr std::chrono::milliseconds kLate{2};
    while (true) {
        std::unique_lock lock(mutex_);
        queued_.wait(lock, [this] { return !queue_.empty() || stopping_; });
        if (queue_.empty()) return;
        if (holding_) queued_.wait_for(lock, kLate, [this] { return !holding_ || stopping_; });
        holding_ = false;
        auto items = std::exchange(queue_, {});
        lock.unlock();
        for (auto& item : items) {
            if (auto* group = std::get_if<Group>(&item)) {
                observer_->on_group(group->settled, group->changes);
            } else if (auto* health = std::get_if<Health>(&item)) {
                observer_->on_health(health->up, health->why);
            } else {
                std::get<Call>(item)();
            }
        }
    }
}

template <class T>
Answer<T> FaultStore::late(Answer<T> answer) {
    return [this, answer = std::move(answer)](base::Result<T> result) mutable {
        // The inner store answers everything before its stop() returns, and only then does delivery
        // end; what it refuses afterwards is answered at once.
        {
            const std::lock_guard lock(mutex_);
            if (!stopping_) {
                return enqueue(Call([answer = std::move(answer), result = std::move(result)](
                                    ) mutable { answer(std::move(result)); }));
            }
        }
        answer(std::move(result));
    };
}

FaultStore::Struck FaultStore::struck() const {
    const std::lock_guard lock(mutex_);
    return struck_;
}

void FaultStore::thread(base::ThreadId id, Answer<ThreadView> answer) {
    inner_->thread(id, late(std::move(answer)));
}
void FaultStore::comments(PageRequest request, Answer<CommentPage> answer) {
    inner_->comments(std::move(request), late(std::move(answer)));
}
void FaultStore::comment(base::CommentId id, Answer<Comment> answer) {
    inner_->comment(id, late(std::move(answer)));
}
void FaultStore::poll(base::PollId id, Answer<PollView> answer) {
    inner_->poll(id, late(std::move(answer)));
}
void FaultStore::ballots(
    base::ThreadId thread, base::UserId voter, std::vector<BoxId> boxes,
    Answer<std::vector<OptionSet>> answer
) {
    inner_->ballots(thread, voter, std::move(boxes), late(std::move(answer)));
}
void FaultStore::counts(
    std::vector<base::ThreadId> threads, Answer<std::vector<StoredCounts>> answer
) {
    inner_->counts(std::move(threads), late(std::move(answer)));
}
void FaultStore::thread_log(
    base::ThreadId id, std::uint64_t since, std::size_t limit, Answer<LogPage> answer
) {
    inner_->thread_log(id, since, limit, late(std::move(answer)));
}
void FaultStore::site_log(std::uint64_t since, std::size_t limit, Answer<LogPage> answer) {
    inner_->site_log(since, limit, late(std::move(answer)));
}
void FaultStore::moderation(ModerationRequest request, Answer<CommentPage> answer) {
    inner_->moderation(std::move(request), late(std::move(answer)));
}
void FaultStore::timed_polls(Answer<std::vector<Poll>> answer) {
    inner_->timed_polls(late(std::move(answer)));
}

}  // namespace voxpop::store
