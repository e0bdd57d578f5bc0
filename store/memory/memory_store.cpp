#include "store/memory/memory_store.hpp"

#include <cstdint>
#include <random>
#include <utility>

#include "base/ids.hpp"

namespace voxpop::store {
namespace {

using namespace domain;

std::string random_epoch() {
    std::random_device device;
    const std::uint64_t bits = std::uint64_t{device()} << 32 | device();
    return base::CommentId(bits).str();  // as good a spelling of 64 bits as any
}

}  // namespace

MemoryData::MemoryData() : state(random_epoch()) {}

// Commits cost nothing here, so there is nothing to wait for.
MemoryStore::MemoryStore(std::shared_ptr<MemoryData> data)
    : data_(std::move(data)), writer_(*this, {.linger = std::chrono::milliseconds(0)}) {}

void MemoryStore::start(StoreObserver& observer) {
    queries_.start();
    writer_.start(observer);
}

void MemoryStore::stop() {
    writer_.stop();
    queries_.stop();
}

base::Result<void> MemoryStore::submit(std::vector<Write>& writes) {
    return writer_.submit(writes);
}

base::Result<void> MemoryStore::commit_group(
    std::span<Write> group, std::vector<Settled>& settled, std::vector<Change>& changes
) {
    const std::lock_guard lock(data_->mutex);
    for (const auto& write : group) {
        settled.push_back({write.ticket, data_->state.apply(write.command, changes)});
    }
    return {};
}

template <class T, class Query>
void MemoryStore::answer_with(Answer<T> answer, Query query) {
    queries_.ask([this, answer = std::move(answer),
                  query = std::move(query)](base::Result<void> accepted) mutable {
        if (!accepted) return answer(std::unexpected(accepted.error()));
        base::Result<T> result = [&]() -> base::Result<T> {
            const std::lock_guard lock(data_->mutex);
            return query(std::as_const(data_->state));
        }();
        answer(std::move(result));
    });
}

void MemoryStore::thread(base::ThreadId id, Answer<ThreadView> answer) {
    answer_with(std::move(answer), [=](const MemoryState& state) { return state.thread(id); });
}

void MemoryStore::comments(PageRequest request, Answer<CommentPage> answer) {
    answer_with(std::move(answer), [request = std::move(request)](const MemoryState& state) {
        return state.comments(request);
    });
}

void MemoryStore::comment(base::CommentId id, Answer<Comment> answer) {
    answer_with(std::move(answer), [=](const MemoryState& state) { return state.comment(id); });
}

void MemoryStore::poll(base::PollId id, Answer<PollView> answer) {
    answer_with(std::move(answer), [=](const MemoryState& state) { return state.poll(id); });
}

void MemoryStore::ballots(
    base::ThreadId, base::UserId voter, std::vector<BoxId> boxes,
    Answer<std::vector<OptionSet>> answer
) {
    answer_with(std::move(answer), [voter, boxes = std::move(boxes)](const MemoryState& state) {
        return state.ballots(voter, boxes);
    });
}

void MemoryStore::counts(
    std::vector<base::ThreadId> threads, Answer<std::vector<StoredCounts>> answer
) {
    answer_with(std::move(answer), [threads = std::move(threads)](const MemoryState& state) {
        return state.counts(threads);
    });
}

void MemoryStore::thread_log(
    base::ThreadId id, std::uint64_t since, std::size_t limit, Answer<LogPage> answer
) {
    answer_with(std::move(answer), [=](const MemoryState& state) {
        return state.thread_log(id, since, limit);
    });
}

void MemoryStore::site_log(std::uint64_t since, std::size_t limit, Answer<LogPage> answer) {
    answer_with(std::move(answer), [=](const MemoryState& state) {
        return state.site_log(since, limit);
    });
}

void MemoryStore::moderation(ModerationRequest request, Answer<CommentPage> answer) {
    answer_with(std::move(answer), [request = std::move(request)](const MemoryState& state) {
        return state.moderation(request);
    });
}

void MemoryStore::timed_polls(Answer<std::vector<Poll>> answer) {
    answer_with(std::move(answer), [](const MemoryState& state) { return state.timed_polls(); });
}

}  // namespace voxpop::store
