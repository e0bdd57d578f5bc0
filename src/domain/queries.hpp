// What can be asked of a store. Each answer is one consistent moment of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/limits.hpp"
#include "domain/commands.hpp"

namespace voxpop::domain {

// A stream's identity and its newest offset (0: nothing was published yet).
struct StreamPosition {
    std::string epoch;
    std::uint64_t offset = 0;
    friend bool operator==(const StreamPosition&, const StreamPosition&) = default;
};

enum class CommentSort : std::uint8_t {
    newest,
    oldest,
    most_replies,
    most_liked,
    best,
    controversial
};

// A page of comments. Without `root`: top-level comments in the given order, each followed by its
// first `inline_replies` replies, oldest first. With `root`: that comment's replies, oldest first.
// `cursor` is the answer's `next` of the page before; it is opaque.
struct PageRequest {
    base::ThreadId thread;
    base::CommentId root;
    CommentSort sort = CommentSort::newest;
    std::string cursor;
    std::size_t limit = base::limits::kPageCommentsDefault;  // ≤ kPageCommentsMax
    std::size_t inline_replies = 3;
    bool staff =
        false;  // all states, unredacted; else visible comments and tombstones with replies
};

struct CommentPage {
    std::vector<Comment> comments;  // redacted unless asked for by staff
    std::string next;               // empty: this was the last page
    StreamPosition position;        // of the thread's stream at this moment
};

struct PollView {
    Poll poll;
    Tally tally;  // of the current round
};

struct ThreadView {
    Thread thread;
    StoredCounts counts;
    std::vector<PollView> polls;  // oldest first; drafts too: who asks decides what to show
    StreamPosition position;
};

// Records after `since` (exclusive), oldest first. `complete` is false where the store no longer
// holds all of them: then `records` is empty and the caller must reload.
struct LogPage {
    std::vector<LogRecord> records;
    StreamPosition position;  // the newest at this moment
    bool complete = true;
};

// The comments of a site for its moderators, newest first: those in the given states (empty: all),
// or, with `reported`, those with reports that nobody has decided on.
struct ModerationRequest {
    std::optional<base::ThreadId> thread;
    std::vector<CommentState> states;
    bool reported = false;  // then `states` are not looked at
    std::string cursor;
    std::size_t limit = base::limits::kPageCommentsDefault;
};

}  // namespace voxpop::domain
