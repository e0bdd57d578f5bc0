#include "store/memory/memory_state.hpp"

#include <utility>

#include "base/limits.hpp"

namespace voxpop::store {
namespace {

using namespace domain;
using enum base::ErrorCode;
namespace limits = base::limits;

std::string key_of(const Idempotency& idempotency) {
    return idempotency.user.str() + ' ' + idempotency.key.str();  // no id contains a space
}

}  // namespace

Outcome MemoryState::apply(const Command& command, Changes& changes) {
    return std::visit([&](const auto& one) { return apply_one(one, changes); }, command);
}

Outcome MemoryState::apply_one(const Choose& command, Changes& changes) {
    const auto earlier = earlier_answer(command.idempotency, command.at);
    if (!earlier) return std::unexpected(earlier.error());
    if (*earlier != nullptr) {
        const auto* chosen = std::get_if<Chosen>(&(*earlier)->answer);
        if (chosen == nullptr) return base::fail(key_reused);
        return Chosen{chosen->before, chosen->after, tally_of(command.box), true};
    }

    const auto admission = admission_of(command);
    if (!admission) return std::unexpected(admission.error());
    const OptionSet before = ballots(command.voter, {command.box}).front();
    const OptionSet after = command.options;
    if (auto ok = admit(admission->rules, admission->gate, before, after, command.at); !ok) {
        return std::unexpected(ok.error());
    }

    Box& box = boxes_[command.box];
    box.tally.move(before, after);
    if (after.empty()) {
        box.ballots.erase(command.voter);
    } else {
        box.ballots[command.voter] = after;
    }
    if (before != after) changes.push_back(BoxChanged{command.box, admission->thread, box.tally});
    const Chosen chosen{before, after, box.tally};
    remember(command.idempotency, command.at, chosen);
    return chosen;
}

base::Result<MemoryState::Admission> MemoryState::admission_of(const Choose& command) const {
    if (command.box.kind != BoxKind::poll) {
        return Admission{implicit_rules(command.box.kind), BoxGate{}, command.thread};
    }
    const auto id = base::PollId::from(command.box.subject.view());
    const auto at = id ? polls_.find(*id) : polls_.end();
    if (at == polls_.end()) return base::fail(poll_not_found);
    const Poll& poll = at->second;
    if (poll.round != command.box.round) return base::fail(poll_closed, "that round is over");
    return Admission{poll.rules(), poll.gate(), poll.thread};
}

Outcome MemoryState::apply_one(const Append& command, Changes& changes) {
    const CommentChange& change = command.change;
    const auto earlier = earlier_append(command.idempotency, change.at);
    if (!earlier) return std::unexpected(earlier.error());
    if (*earlier) return **earlier;
    if (auto ok = check_append(change); !ok) return std::unexpected(ok.error());

    keep_comment(change);
    LogRecord record = keep_event(change);
    const Appended appended{
        .comment = change.after.id,
        .offset = record.offset,
        .state = change.after.state,
        .version = change.after.version,
    };
    changes.push_back(LogAppended{std::move(record), counts_of(change.after.thread)});
    remember(command.idempotency, change.at, appended);
    return appended;
}

Outcome MemoryState::apply_one(const Recall& command, Changes&) {
    const auto earlier = earlier_append(command.idempotency, command.at);
    if (!earlier) return std::unexpected(earlier.error());
    if (*earlier) return **earlier;
    return std::unexpected(command.refusal);
}

base::Result<void> MemoryState::check_append(const CommentChange& change) const {
    const Comment& after = change.after;
    if (!discussions_.contains(after.thread)) return base::fail(thread_not_found);
    const Comment* known = find_comment(after.id);
    if ((known != nullptr ? known->version : 0) != change.version_before) {
        return base::fail(version_conflict);
    }
    if (after.root != after.id && find_comment(after.root) == nullptr) {
        return base::fail(comment_not_found, "the comment that this replies to is not there");
    }
    return {};
}

void MemoryState::keep_comment(const CommentChange& change) {
    Discussion& discussion = discussions_.at(change.after.thread);
    auto [at, is_new] = comments_.try_emplace(change.after.id);
    const std::uint32_t replies = at->second.replies;  // the store's own, not the command's
    at->second = change.after;
    at->second.replies = replies;
    if (is_new) discussion.comments.push_back(change.after.id);

    const auto delta = change.visible_delta;
    discussion.visible_comments += static_cast<std::uint64_t>(delta);
    if (change.after.root != change.after.id) {
        comments_.at(change.after.root).replies += static_cast<std::uint32_t>(delta);
    }
}

LogRecord MemoryState::keep_event(const CommentChange& change) {
    Event event{
        .type = change.type,
        .comment = change.after.id,
        .from = change.from,
        .actor = change.actor,
        .reason = change.reason,
        .at = change.at,
    };
    const std::uint64_t site_offset = log_.size() + 1;
    if (change.is_public) {
        auto& public_log = discussions_.at(change.after.thread).public_log;
        public_log.push_back(site_offset);
        event.offset = public_log.size();
    }
    log_.push_back(std::move(event));
    return record_at(site_offset);
}

Outcome MemoryState::apply_one(const PutThread& command, Changes& changes) {
    const auto known = discussions_.find(command.thread.id);
    const auto version =
        known != discussions_.end() ? std::optional(known->second.thread.version) : std::nullopt;
    if (auto ok = check_version(version, command.version_before); !ok)
        return std::unexpected(ok.error());
    Thread& kept = discussions_[command.thread.id].thread;
    kept = command.thread;
    kept.version = command.version_before + 1;
    changes.push_back(ThreadChanged{kept});
    return Stored{kept.version};
}

Outcome MemoryState::apply_one(const PutPoll& command, Changes& changes) {
    const auto discussion = discussions_.find(command.poll.thread);
    if (discussion == discussions_.end()) return base::fail(thread_not_found);
    const auto at = polls_.find(command.poll.id);
    const Poll* known = at != polls_.end() ? &at->second : nullptr;
    const PollStanding standing{
        .known = known,
        .polls_in_thread = discussion->second.polls.size(),
        .voters = known != nullptr ? tally_of(known->box()).voters : 0,
    };
    if (auto ok = admit(command.poll, command.version_before, standing); !ok)
        return std::unexpected(ok.error());

    // A new round's box begins empty, with a version above all that its poll had before.
    const std::uint64_t version_before = known != nullptr ? tally_of(known->box()).version : 0;
    if (known == nullptr) discussion->second.polls.push_back(command.poll.id);
    Poll& kept = polls_[command.poll.id];
    kept = command.poll;
    kept.version = command.version_before + 1;
    Tally& tally = boxes_[kept.box()].tally;
    tally.version = version_before + 1;
    changes.push_back(PollChanged{kept, tally});
    return Stored{kept.version};
}

Outcome MemoryState::apply_one(const AddCounts& command, Changes& changes) {
    auto& newest = batches_[command.node_epoch];
    if (command.batch <= newest) return Stored{};
    newest = command.batch;
    for (const auto& delta : command.deltas) {
        const auto at = discussions_.find(delta.thread);
        if (at == discussions_.end()) continue;
        auto& counters = at->second.counters;
        for (std::size_t kind = 0; kind < kCounterKinds; ++kind) counters[kind] += delta.by[kind];
        changes.push_back(CountersMoved{delta.thread, counters});
    }
    return Stored{};
}

base::Result<const MemoryState::FirstAnswer*> MemoryState::earlier_answer(
    const Idempotency& idempotency, base::Time now
) const {
    if (!idempotency.given()) return nullptr;
    const auto at = answers_.find(key_of(idempotency));
    if (at == answers_.end() || at->second.at + limits::kIdempotencyTtl < now) return nullptr;
    if (at->second.fingerprint != idempotency.fingerprint) return base::fail(key_reused);
    return &at->second;
}

base::Result<std::optional<Appended>> MemoryState::earlier_append(
    const Idempotency& idempotency, base::Time now
) const {
    const auto earlier = earlier_answer(idempotency, now);
    if (!earlier) return std::unexpected(earlier.error());
    if (*earlier == nullptr) return std::nullopt;
    const auto* appended = std::get_if<Appended>(&(*earlier)->answer);
    if (appended == nullptr) return base::fail(key_reused);
    Appended again = *appended;
    again.repeated = true;
    return again;
}

void MemoryState::remember(
    const Idempotency& idempotency, base::Time now, std::variant<Chosen, Appended, Stored> answer
) {
    if (!idempotency.given()) return;
    // One that is here again has been forgotten since, and waits in the queue with its old age:
    // erasing looks at the answer's own.
    while (!answer_ages_.empty() && answer_ages_.front().first + limits::kIdempotencyTtl < now) {
        const auto old = answers_.find(answer_ages_.front().second);
        if (old != answers_.end() && old->second.at == answer_ages_.front().first)
            answers_.erase(old);
        answer_ages_.pop_front();
    }
    const std::string key = key_of(idempotency);
    answers_[key] = {idempotency.fingerprint, now, std::move(answer)};
    answer_ages_.emplace_back(now, key);
}

const Comment* MemoryState::find_comment(base::CommentId id) const {
    const auto at = comments_.find(id);
    return at != comments_.end() ? &at->second : nullptr;
}

}  // namespace voxpop::store
