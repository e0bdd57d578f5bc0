#include "store/sqlite/write_session.hpp"

#include <utility>

#include "base/limits.hpp"

namespace voxpop::store::sqlite {
namespace {

using namespace domain;
using enum base::ErrorCode;

// A batch is repeated at once or never: an epoch of which nothing came among so many is over.
constexpr std::uint64_t kBatchesRemembered = 10'000;

}  // namespace

WriteSession::WriteSession(std::unique_ptr<Database> db)
    : db_(std::move(db)),
      boxes_(*db_),
      threads_(*db_),
      polls_(*db_),
      comments_(*db_),
      answers_(*db_),
      begin_(*db_, "BEGIN IMMEDIATE"),
      commit_(*db_, "COMMIT"),
      find_batch_(*db_, "SELECT batch FROM counter_batches WHERE node_epoch = ?1"),
      put_batch_(
          // The row is a new one each time, behind all others.
          *db_, "INSERT OR REPLACE INTO counter_batches (node_epoch, batch) VALUES (?1, ?2)"
      ),
      forget_batches_(
          *db_,
          "DELETE FROM counter_batches WHERE number <= (SELECT max(number) FROM counter_batches) - "
          "?1"
      ) {}

base::Result<void> WriteSession::commit(
    std::span<Write> group, std::vector<Settled>& settled, Changes& changes
) {
    begin_.run();
    for (const auto& write : group) {
        if (!db_->ok()) break;  // what would be decided now would be decided blindly
        settled.push_back(
            {write.ticket,
             std::visit([&](const auto& one) { return apply(one, changes); }, write.command)}
        );
    }
    boxes_.flush();
    threads_.flush();
    answers_.forget_some();
    commit_.run();
    if (!db_->ok()) return std::unexpected(db_->error());
    boxes_.end_group();
    threads_.end_group();
    polls_.end_group();
    return {};
}

base::Result<void> WriteSession::probe() {
    db_->exec("UPDATE installation SET probes = probes + 1");
    if (!db_->ok()) return std::unexpected(db_->error());
    return {};
}

Outcome WriteSession::apply(const Choose& command, Changes& changes) {
    const auto earlier = answers_.find(command.idempotency, command.at);
    if (!earlier) return std::unexpected(earlier.error());
    if (*earlier) {
        const auto* first = std::get_if<Chosen>(&**earlier);
        if (first == nullptr) return base::fail(key_reused);
        return Chosen{first->before, first->after, boxes_.find(command.box).tally, true};
    }

    const auto admission = admission_of(command);
    if (!admission) return std::unexpected(admission.error());
    auto& box = boxes_.find(command.box);
    const auto before = put_ballot(command, *admission, box);
    if (!before) return std::unexpected(before.error());

    const Chosen chosen{*before, command.options, box.tally};
    if (chosen.before != chosen.after) {
        changes.emplace_back(BoxChanged{command.box, admission->thread, box.tally});
    }
    answers_.remember(command.idempotency, command.at, chosen);
    return chosen;
}

// Most voters have no ballot in the box yet. So theirs is tried as the first: if it would be
// admitted and there is none, it is in; if not, what they hold decides.
base::Result<OptionSet> WriteSession::put_ballot(
    const Choose& command, const Admission& admission, BoxTable::Box& box
) {
    const auto& [rules, gate, thread] = admission;
    const OptionSet after = command.options;
    const bool may_be_first =
        !after.empty() && admit(rules, gate, {}, after, command.at).has_value();
    if (may_be_first && boxes_.add_ballot(box, command.voter, after)) return OptionSet{};

    const OptionSet before = boxes_.ballot(box, command.voter);
    if (auto ok = admit(rules, gate, before, after, command.at); !ok) {
        return std::unexpected(ok.error());
    }
    boxes_.put_ballot(box, command.voter, before, after);
    return before;
}

base::Result<WriteSession::Admission> WriteSession::admission_of(const Choose& command) {
    if (command.box.kind != BoxKind::poll) {
        return Admission{implicit_rules(command.box.kind), BoxGate{}, command.thread};
    }
    const auto id = base::PollId::from(command.box.subject.view());
    const PollRow* row = id ? polls_.find(*id) : nullptr;
    if (row == nullptr) return base::fail(poll_not_found);
    const Poll& poll = row->poll;
    if (poll.round != command.box.round) return base::fail(poll_closed, "that round is over");
    return Admission{poll.rules(), poll.gate(), poll.thread};
}

Outcome WriteSession::apply(const Append& command, Changes& changes) {
    const CommentChange& change = command.change;
    const auto earlier = earlier_append(command.idempotency, change.at);
    if (!earlier) return std::unexpected(earlier.error());
    if (*earlier) return **earlier;

    const Comment& after = change.after;
    auto* thread = threads_.find(after.thread);
    if (thread == nullptr) return base::fail(thread_not_found);
    const auto known = comments_.find(after.id);
    if ((known ? known->version : 0) != change.version_before) return base::fail(version_conflict);
    if (after.root != after.id && !comments_.find(after.root)) {
        return base::fail(comment_not_found, "the comment that this replies to is not there");
    }
    auto outcome = append(change, *thread, known ? &*known : nullptr, changes);
    answers_.remember(command.idempotency, change.at, std::get<Appended>(*outcome));
    return outcome;
}

Outcome WriteSession::apply(const Recall& command, Changes&) {
    const auto earlier = earlier_append(command.idempotency, command.at);
    if (!earlier) return std::unexpected(earlier.error());
    if (*earlier) return **earlier;
    return std::unexpected(command.refusal);
}

base::Result<std::optional<Appended>> WriteSession::earlier_append(
    const Idempotency& idempotency, base::Time now
) {
    const auto earlier = answers_.find(idempotency, now);
    if (!earlier) return std::unexpected(earlier.error());
    if (!*earlier) return std::nullopt;
    const auto* first = std::get_if<Appended>(&**earlier);
    if (first == nullptr) return base::fail(key_reused);
    Appended again = *first;
    again.repeated = true;
    return again;
}

// The change is allowed: the comment's row, the counts and the log move together.
Outcome WriteSession::append(
    const CommentChange& change, ThreadTable::Entry& thread, const CommentTable::Known* known,
    Changes& changes
) {
    const Comment& after = change.after;
    const CommentRanks ranks(boxes_.find(BoxId::reaction(after.id)).tally);
    if (known == nullptr) {
        comments_.add(after, thread.number, ranks);
    } else {
        comments_.change(after);
    }
    threads_.add_comments(thread, change.visible_delta);
    if (after.root != after.id) comments_.add_replies(after.root, change.visible_delta);

    LogRecord record{
        .offset = change.is_public ? ++thread.offset : 0,
        .type = change.type,
        .comment = after,
        .from = change.from,
        .actor = change.actor,
        .reason = change.reason,
        .at = change.at,
    };
    record.comment.replies = known != nullptr ? known->replies : 0;
    record.comment.likes = ranks.likes;
    record.comment.dislikes = ranks.dislikes;
    comments_.append(record, thread.number);

    const Appended appended{after.id, record.offset, after.state, after.version, false};
    const auto saves = boxes_.find(BoxId::save(after.thread)).tally.voters;
    changes.emplace_back(
        LogAppended{std::move(record), {thread.comments, saves, thread.counters, 0}}
    );
    return appended;
}

Outcome WriteSession::apply(const PutThread& command, Changes& changes) {
    auto* known = threads_.find(command.thread.id);
    const auto version = known != nullptr ? std::optional(known->version) : std::nullopt;
    if (auto ok = check_version(version, command.version_before); !ok)
        return std::unexpected(ok.error());
    Thread kept = command.thread;
    kept.version = command.version_before + 1;
    if (known == nullptr) {
        threads_.add(kept);
    } else {
        threads_.change(*known, kept);
    }
    const Stored stored{kept.version};
    changes.emplace_back(ThreadChanged{std::move(kept)});
    return stored;
}

Outcome WriteSession::apply(const PutPoll& command, Changes& changes) {
    const auto* thread = threads_.find(command.poll.thread);
    if (thread == nullptr) return base::fail(thread_not_found);
    auto* known = polls_.find(command.poll.id);
    const PollStanding standing{
        .known = known != nullptr ? &known->poll : nullptr,
        .polls_in_thread = known == nullptr ? polls_.count_in(thread->number) : 0,
        .voters = known != nullptr ? boxes_.find(known->poll.box()).tally.voters : 0,
    };
    if (auto ok = admit(command.poll, command.version_before, standing); !ok)
        return std::unexpected(ok.error());
    // A new round's box begins empty, with a version above all that its poll had before.
    const auto version_before = known != nullptr ? boxes_.find(known->poll.box()).tally.version : 0;
    Poll kept = command.poll;
    kept.version = command.version_before + 1;
    if (known == nullptr) {
        polls_.add(kept, thread->number);
    } else {
        polls_.change(*known, kept);
    }
    auto& box = boxes_.find(kept.box());
    boxes_.set_version(box, version_before + 1);
    const Stored stored{kept.version};
    changes.emplace_back(PollChanged{std::move(kept), box.tally});
    return stored;
}

Outcome WriteSession::apply(const AddCounts& command, Changes& changes) {
    const std::string_view node(command.node_epoch);
    bool is_new_epoch = true;
    {
        auto newest = find_batch_.query(node);
        is_new_epoch = !newest.next();
        if (!is_new_epoch && command.batch <= newest.count(0)) return Stored{};
    }
    put_batch_.run(node, command.batch);
    if (is_new_epoch) forget_batches_.run(kBatchesRemembered);
    for (const auto& delta : command.deltas) {
        auto* thread = threads_.find(delta.thread);
        if (thread == nullptr) continue;
        threads_.add_counters(*thread, delta.by);
        changes.emplace_back(CountersMoved{delta.thread, thread->counters});
    }
    return Stored{};
}

}  // namespace voxpop::store::sqlite
