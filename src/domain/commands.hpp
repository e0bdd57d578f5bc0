// What is written to a store, and what became of it. Plain data, so that a command can wait in a
// queue, cross a network and be repeated.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "domain/ballot_box.hpp"
#include "domain/comment.hpp"
#include "domain/poll.hpp"
#include "domain/thread.hpp"

namespace voxpop::domain {

// A client's key for one write: the same (user, key) with the same fingerprint gets the first
// answer, with another fingerprint `key_reused`. An empty key means none was given. Kept for
// kIdempotencyTtl.
struct Idempotency {
    base::UserId user;
    base::IdempotencyKey key;
    std::uint64_t fingerprint = 0;  // hash of what was asked

    [[nodiscard]] bool given() const { return !key.empty(); }
};

// Put a ballot into a box. The store applies `admit` to the ballot the voter holds, in the same
// step. Boxes of polls must exist (PutPoll); the others come into being with `implicit_rules`.
struct Choose {
    BoxId box;
    base::ThreadId thread;  // where the box belongs
    base::UserId voter;
    OptionSet options;  // empty: withdraw
    Time at{};          // when the server received it
    Idempotency idempotency;
};

// Append to a thread's log and put the comment's new state beside it, if the comment has the
// version that the change was decided on. Error: version_conflict.
struct Append {
    CommentChange change;
    Idempotency idempotency;
};

// Of an Append that the rules refuse now, but that may have been done before: the first answer to
// its key, else `refusal`. So whoever lost an answer gets it although the thread has closed since.
struct Recall {
    base::ThreadId thread;
    Idempotency idempotency;
    Time at{};
    base::Error refusal;
};

// Create (version_before 0) or replace a definition. Errors: already_exists or version_conflict;
// PutPoll: thread_not_found, options_locked, limit_exceeded (polls of a thread).
struct PutThread {
    Thread thread;
    std::uint32_t version_before = 0;
};
struct PutPoll {
    Poll poll;
    std::uint32_t version_before = 0;
};

// Counters' deltas; those of threads that do not exist are dropped. A batch that this node's epoch
// has delivered already is refused by doing nothing: the outcome is the same, and nothing counts
// twice.
struct CounterDelta {
    base::ThreadId thread;  // occurs once in a batch
    Counters by{};
};
struct AddCounts {
    std::string node_epoch;
    std::uint64_t batch = 0;  // 1, 2, 3 … within the epoch
    std::vector<CounterDelta> deltas;
};

using Command = std::variant<Choose, Append, Recall, PutThread, PutPoll, AddCounts>;

// Who waits for the outcome; means nothing to the store.
struct Ticket {
    std::uint32_t core = 0;
    std::uint32_t slot = 0;
    std::uint64_t serial = 0;
    friend bool operator==(const Ticket&, const Ticket&) = default;
};

struct Write {
    Ticket ticket;
    Command command;
};

struct Chosen {
    OptionSet before;
    OptionSet after;
    Tally tally;            // as it is now
    bool repeated = false;  // before and after are those of an earlier command with the same key
};
struct Appended {
    base::CommentId comment;
    std::uint64_t offset = 0;  // in the thread's stream; 0 when only moderators see the event
    CommentState state = CommentState::visible;
    std::uint32_t version = 1;
    bool repeated = false;  // the answer is that of an earlier command with the same key
};
struct Stored {
    std::uint32_t version = 1;
};

using Outcome = base::Result<std::variant<Chosen, Appended, Stored>>;

// A write and what became of it. By the time this is handed out, the outcome is durable.
struct Settled {
    Ticket ticket;
    Outcome outcome;
};

// What a commit changed, for everybody who watches. Conflated within a group: a box occurs once.
struct BoxChanged {
    BoxId box;
    base::ThreadId thread;
    Tally tally;
};
struct LogRecord {
    std::uint64_t site_offset = 0;  // in the site's moderation stream, gapless; 0: not known here
    std::uint64_t offset = 0;       // in the thread's stream, gapless; 0: not in it
    EventType type = EventType::posted;
    Comment comment;  // as it is when this record is read
    CommentState from = CommentState::pending;
    base::UserId actor;
    std::string reason;
    Time at{};
};
// Either offset may be 0: a node may hear of one event twice, once as of the thread's stream
// (offset) and once as of the site's (site_offset).
struct LogAppended {
    LogRecord record;
    StoredCounts counts;  // of the thread, after it; means nothing where record.offset is 0
};
struct CountersMoved {
    base::ThreadId thread;
    Counters counters{};  // after it
};
struct ThreadChanged {
    Thread thread;
};
struct PollChanged {
    Poll poll;
    Tally tally;
};

// Viewers of a watched thread on the other nodes of the store.
struct ViewersElsewhere {
    base::ThreadId thread;
    std::uint64_t viewers = 0;
};

using Change = std::variant<
    BoxChanged, LogAppended, CountersMoved, ThreadChanged, PollChanged, ViewersElsewhere>;

}  // namespace voxpop::domain
