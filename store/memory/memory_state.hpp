// What the memory store holds, and how commands change it: the reference for every other store, so
// it is written to be obviously right, not to be fast. Nothing is cached that can be looked up or
// sorted.
//
// Plain and synchronous, one thread at a time; MemoryStore adds threads, groups and a lock around
// it.
//
// Always: the tally of a box is what counting its ballots gives; visible_comments of a discussion
// is the number of its comments that are visible; site offsets are positions in log_, plus one, and
// a thread's offsets are positions in its public_log, plus one.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/commands.hpp"
#include "domain/queries.hpp"
#include "domain/ranking.hpp"

namespace voxpop::store {

class MemoryState {
  public:
    // `epoch` names the continuity of this state's streams.
    explicit MemoryState(std::string epoch) : epoch_(std::move(epoch)) {}

    // Applies one command, wholly or, when the outcome is an error, not at all; appends what it
    // changed.
    [[nodiscard]] domain::Outcome apply(
        const domain::Command& command, std::vector<domain::Change>& changes
    );

    // Queries, as domain::Store has them.
    [[nodiscard]] base::Result<domain::ThreadView> thread(const base::ThreadId& id) const;
    [[nodiscard]] base::Result<domain::CommentPage> comments(const domain::PageRequest& request
    ) const;
    [[nodiscard]] base::Result<domain::Comment> comment(base::CommentId id) const;
    [[nodiscard]] base::Result<domain::PollView> poll(const base::PollId& id) const;
    [[nodiscard]] std::vector<domain::OptionSet> ballots(
        const base::UserId& voter, const std::vector<domain::BoxId>& boxes
    ) const;
    [[nodiscard]] std::vector<domain::StoredCounts> counts(
        const std::vector<base::ThreadId>& threads
    ) const;
    [[nodiscard]] domain::LogPage thread_log(
        const base::ThreadId& id, std::uint64_t since, std::size_t limit
    ) const;
    [[nodiscard]] domain::LogPage site_log(std::uint64_t since, std::size_t limit) const;
    [[nodiscard]] base::Result<domain::CommentPage> moderation(
        const domain::ModerationRequest& request
    ) const;
    [[nodiscard]] std::vector<domain::Poll> timed_polls() const;

  private:
    struct Discussion {
        domain::Thread thread;
        std::uint64_t visible_comments = 0;
        domain::Counters counters{};
        std::vector<base::CommentId> comments;  // in order of arrival
        std::vector<std::uint64_t> public_log;  // site offsets of the events that readers get
        std::vector<base::PollId> polls;        // oldest first
    };
    struct Box {
        domain::Tally tally;
        std::unordered_map<base::UserId, domain::OptionSet> ballots;  // none of them empty
    };
    struct Event {
        std::uint64_t offset = 0;
        domain::EventType type = domain::EventType::posted;
        base::CommentId comment;
        domain::CommentState from = domain::CommentState::pending;
        base::UserId actor;
        std::string reason;
        base::Time at{};
    };
    // Which commands a box takes now, and where it belongs.
    struct Admission {
        domain::BoxRules rules;
        domain::BoxGate gate;
        base::ThreadId thread;
    };
    struct FirstAnswer {
        std::uint64_t fingerprint = 0;
        base::Time at{};
        std::variant<domain::Chosen, domain::Appended, domain::Stored> answer;
    };
    using Changes = std::vector<domain::Change>;

    [[nodiscard]] domain::Outcome apply_one(const domain::Choose& command, Changes& changes);
    [[nodiscard]] domain::Outcome apply_one(const domain::Append& command, Changes& changes);
    [[nodiscard]] domain::Outcome apply_one(const domain::Recall& command, Changes& changes);
    [[nodiscard]] domain::Outcome apply_one(const domain::PutThread& command, Changes& changes);
    [[nodiscard]] domain::Outcome apply_one(const domain::PutPoll& command, Changes& changes);
    [[nodiscard]] domain::Outcome apply_one(const domain::AddCounts& command, Changes& changes);

    // The answer that (user, key) got before; nothing when the key is new. Error: key_reused.
    [[nodiscard]] base::Result<const FirstAnswer*> earlier_answer(
        const domain::Idempotency& idempotency, base::Time now
    ) const;
    // What an Append with that key was answered, marked as repeated; nothing when the key is new.
    // Error: key_reused.
    [[nodiscard]] base::Result<std::optional<domain::Appended>> earlier_append(
        const domain::Idempotency& idempotency, base::Time now
    ) const;
    void remember(
        const domain::Idempotency& idempotency, base::Time now,
        std::variant<domain::Chosen, domain::Appended, domain::Stored> answer
    );

    [[nodiscard]] base::Result<Admission> admission_of(const domain::Choose& command) const;
    [[nodiscard]] base::Result<void> check_append(const domain::CommentChange& change) const;
    void keep_comment(const domain::CommentChange& change);
    [[nodiscard]] domain::LogRecord keep_event(const domain::CommentChange& change);

    [[nodiscard]] const domain::Comment* find_comment(base::CommentId id) const;
    [[nodiscard]] domain::Comment with_reactions(const domain::Comment& comment) const;
    [[nodiscard]] domain::Tally tally_of(const domain::BoxId& box) const;
    [[nodiscard]] domain::StoredCounts counts_of(const base::ThreadId& thread) const;
    [[nodiscard]] domain::StreamPosition position_of(const base::ThreadId& thread) const;
    [[nodiscard]] domain::LogRecord record_at(std::uint64_t site_offset) const;

    using Filter = std::function<bool(const domain::Comment&)>;
    // The comments of a thread that pass, in order.
    [[nodiscard]] std::vector<domain::Comment> sorted(
        const base::ThreadId& thread, domain::CommentSort sort, const Filter& passes
    ) const;
    [[nodiscard]] std::vector<domain::Comment> replies_of(
        base::CommentId root, const domain::PageRequest& request
    ) const;

    std::string epoch_;
    std::unordered_map<base::ThreadId, Discussion> discussions_;
    std::unordered_map<base::CommentId, domain::Comment> comments_;
    std::unordered_map<base::PollId, domain::Poll> polls_;
    std::unordered_map<domain::BoxId, Box> boxes_;
    std::vector<Event> log_;
    std::unordered_map<std::string, FirstAnswer> answers_;        // by user and key
    std::deque<std::pair<base::Time, std::string>> answer_ages_;  // oldest first
    std::unordered_map<std::string, std::uint64_t> batches_;      // the newest by node epoch
};

}  // namespace voxpop::store
