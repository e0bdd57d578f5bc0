#include "shared_store.hpp"

#include <algorithm>
#include <utility>

namespace voxpop::app {
namespace {

constexpr std::size_t kDisorder = 4;  // how far a change may overtake others

base::ThreadId thread_of(const domain::Change& change) {
    if (const auto* box = std::get_if<domain::BoxChanged>(&change)) return box->thread;
    if (const auto* moved = std::get_if<domain::CountersMoved>(&change)) return moved->thread;
    return {};
}

}  // namespace

base::Result<void> NodeStore::submit(std::vector<domain::Write>& writes) {
    if (away_) return base::fail(base::ErrorCode::store_unavailable);
    std::vector<domain::Settled> settled;
    std::vector<domain::Change> changes;
    for (const auto& write : writes) {
        settled.push_back({write.ticket, shared_.state.apply(write.command, changes)});
    }
    writes.clear();
    if (std::exchange(outcome_lost_, false)) {
        for (auto& one : settled) one.outcome = base::fail(base::ErrorCode::store_unavailable);
    }
    for (auto* node : shared_.nodes) {
        if (node == this) continue;
        for (const auto& change : changes) node->hear(change);
    }
    observer_->on_group(settled, changes);
    return {};
}

// What the port promises to a node of another's changes.
void NodeStore::hear(const domain::Change& change) {
    if (const auto* appended = std::get_if<domain::LogAppended>(&change)) {
        auto of_site = *appended;
        of_site.record.offset = 0;
        of_site.counts = {};
        changes_.emplace_back(of_site);
        auto of_thread = *appended;
        of_thread.record.site_offset = 0;
        if (watched_.contains(of_thread.record.comment.thread)) changes_.emplace_back(of_thread);
        return;
    }
    const auto thread = thread_of(change);
    if (thread.empty() || watched_.contains(thread)) changes_.push_back(change);
}

void NodeStore::watch(base::ThreadId id, domain::Answer<void> answer) {
    if (away_) return answer(base::fail(base::ErrorCode::store_unavailable));
    watched_.insert(id);
    answers_.emplace_back([answer = std::move(answer)]() mutable { answer({}); });
    sum_viewers(id);
}

void NodeStore::set_viewers(base::ThreadId id, std::uint64_t viewers) {
    viewers_[id] = viewers;
    for (auto* node : shared_.nodes) {
        if (node != this) node->sum_viewers(id);
    }
}

void NodeStore::sum_viewers(const base::ThreadId& id) {
    if (watched_.contains(id)) tell(domain::ViewersElsewhere{id, viewers_elsewhere(id)});
}

std::uint64_t NodeStore::viewers_elsewhere(const base::ThreadId& id) const {
    std::uint64_t sum = 0;
    for (auto* node : shared_.nodes) {
        if (node != this) sum += node->viewers_[id];
    }
    return sum;
}

template <class T, class Query>
void NodeStore::answer_later(domain::Answer<T> answer, Query query) {
    ++reads_;
    if (away_) return answer(base::fail(base::ErrorCode::store_unavailable));
    if (shared_.below(2) == 0) {
        answers_.emplace_back([answer = std::move(answer), now = query(shared_.state)]() mutable {
            answer(std::move(now));
        });
    } else {
        answers_.emplace_back([this, answer = std::move(answer), query]() mutable {
            answer(query(shared_.state));
        });
    }
}

void NodeStore::let_something_happen() {
    if (!answers_.empty() && shared_.below(2) == 0) {
        auto answer = std::move(answers_.front());
        answers_.erase(answers_.begin());
        return answer();
    }
    if (!changes_.empty()) return tell_one_change();
    if (std::exchange(lost_, false)) observer_->on_gap();
}

void NodeStore::tell_one_change() {
    const auto at =
        changes_.begin() +
        static_cast<std::ptrdiff_t>(shared_.below(std::min(changes_.size(), kDisorder)));
    const std::size_t fate = shared_.below(20);
    if (fate == 0) {
        lost_ = true;
    } else {
        tell(*at);
    }
    const bool once_more = fate == 1 || fate == 2;
    if (!once_more) changes_.erase(at);
}

void NodeStore::let_everything_happen() {
    while (!answers_.empty() || !changes_.empty() || lost_) let_something_happen();
}

void NodeStore::thread(base::ThreadId id, domain::Answer<domain::ThreadView> answer) {
    answer_later(std::move(answer), [this, id](const auto& state) {
        auto view = state.thread(id);
        if (view) view->counts.viewers_elsewhere = viewers_elsewhere(id);
        return view;
    });
}
void NodeStore::comments(domain::PageRequest request, domain::Answer<domain::CommentPage> answer) {
    answer_later(std::move(answer), [=](const auto& state) { return state.comments(request); });
}
void NodeStore::comment(base::CommentId id, domain::Answer<domain::Comment> answer) {
    answer_later(std::move(answer), [=](const auto& state) { return state.comment(id); });
}
void NodeStore::poll(base::PollId id, domain::Answer<domain::PollView> answer) {
    answer_later(std::move(answer), [=](const auto& state) { return state.poll(id); });
}
void NodeStore::ballots(
    base::ThreadId, base::UserId voter, std::vector<domain::BoxId> boxes,
    domain::Answer<std::vector<domain::OptionSet>> answer
) {
    answer_later(std::move(answer), [=](const auto& state) { return state.ballots(voter, boxes); });
}
void NodeStore::counts(
    std::vector<base::ThreadId> threads, domain::Answer<std::vector<domain::StoredCounts>> answer
) {
    answer_later(std::move(answer), [this, threads = std::move(threads)](const auto& state) {
        auto counts = state.counts(threads);
        for (std::size_t i = 0; i < threads.size(); ++i)
            counts[i].viewers_elsewhere = viewers_elsewhere(threads[i]);
        return counts;
    });
}
void NodeStore::thread_log(
    base::ThreadId id, std::uint64_t since, std::size_t limit,
    domain::Answer<domain::LogPage> answer
) {
    answer_later(std::move(answer), [=](const auto& state) {
        return state.thread_log(id, since, limit);
    });
}
void NodeStore::site_log(
    std::uint64_t since, std::size_t limit, domain::Answer<domain::LogPage> answer
) {
    answer_later(std::move(answer), [=](const auto& state) {
        return state.site_log(since, limit);
    });
}
void NodeStore::moderation(
    domain::ModerationRequest request, domain::Answer<domain::CommentPage> answer
) {
    answer_later(std::move(answer), [=](const auto& state) { return state.moderation(request); });
}
void NodeStore::timed_polls(domain::Answer<std::vector<domain::Poll>> answer) {
    answer_later(std::move(answer), [](const auto& state) { return state.timed_polls(); });
}

}  // namespace voxpop::app
