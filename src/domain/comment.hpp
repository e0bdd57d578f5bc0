// Comments and what may happen to them. Each function takes a comment as it is and gives the change
// to append to the thread's log, or says why not; the store commits the change only if the comment
// still has the version it was decided on (so an edit that races a moderator's decision loses).
//
// Pure: no I/O, no clock, no threads.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "domain/thread.hpp"

namespace voxpop::domain {

enum class CommentState : std::uint8_t { pending, visible, held, hidden, rejected, deleted };

struct Author {
    base::UserId user;
    std::string name;
    friend bool operator==(const Author&, const Author&) = default;
};

struct Comment {
    base::CommentId id;
    base::ThreadId thread;
    base::CommentId parent;  // empty: a top-level comment
    base::CommentId root;    // the top-level comment above; itself for one of those
    Author author;
    std::string text;
    Time created{};
    std::optional<Time> edited;
    CommentState state = CommentState::visible;
    std::uint32_t version = 1;  // counts changes
    std::uint32_t replies = 0;  // visible direct and indirect replies; kept on roots, by the store
    std::uint64_t likes = 0;    // from the reaction box; filled by the store when it reads
    std::uint64_t dislikes = 0;
    // Readers who have reported it, while no moderator has decided on it since; moderators only.
    std::uint32_t reports = 0;

    [[nodiscard]] bool is_public() const { return state == CommentState::visible; }
    friend bool operator==(const Comment&, const Comment&) = default;
};

enum class EventType : std::uint8_t {
    posted,
    edited,
    deleted,
    hidden,
    restored,
    removed,
    approved,
    reported
};
enum class Decision : std::uint8_t { hide, restore, remove, approve };

// What is appended to the log: the comment as it will be, and why.
struct CommentChange {
    EventType type = EventType::posted;
    Comment after;
    std::uint32_t version_before = 0;  // 0: the comment must not exist yet
    CommentState from = CommentState::pending;
    bool is_public = true;  // readers of the thread get it, with an offset; else only moderators do
    int visible_delta = 0;  // −1, 0 or +1 for the thread's count of comments
    base::UserId actor;
    std::string reason;  // moderators only
    Time at{};
};

// A comment's text as it may be stored: cleaned, and not longer than the site's limit.
class CommentText {
  public:
    // `graphemes_max`: the configured limit. Error: invalid_text.
    [[nodiscard]] static base::Result<CommentText> clean(
        std::string_view text, std::size_t graphemes_max
    );
    [[nodiscard]] const std::string& str() const { return text_; }

  private:
    explicit CommentText(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

struct NewComment {
    base::CommentId id;
    const Thread* thread = nullptr;
    const Comment* parent = nullptr;  // nullptr: top-level
    Author author;
    CommentText text;
    Time now{};
};

// Errors: thread_closed, comment_not_found (parent gone or not visible).
[[nodiscard]] base::Result<CommentChange> post(NewComment request);

struct Edit {
    const Thread* thread = nullptr;
    base::UserId editor;
    CommentText text;
    Time now{};
    std::chrono::milliseconds window{};  // how long after posting it may be
};

// Where the thread is moderated before publication, an approved comment waits again: nobody has
// approved the new text. Errors: permission_denied (not the author), edit_window_over,
// invalid_state_change.
[[nodiscard]] base::Result<CommentChange> edit(const Comment& comment, const Edit& request);

// The author takes the comment back: its text goes, a tombstone stays while it has replies.
// Errors: permission_denied, invalid_state_change.
[[nodiscard]] base::Result<CommentChange> withdraw(
    const Comment& comment, const base::UserId& author, Time now
);

// A moderator's decision: hide (visible/pending/held → hidden), restore (hidden/rejected →
// visible), remove (any but deleted → rejected), approve (pending/held → visible, and a visible one
// that was reported). It is no longer a reported one, whatever was decided. Error:
// invalid_state_change, also when the comment is in that state already.
[[nodiscard]] base::Result<CommentChange> decide(
    const Comment& comment, Decision decision, const base::UserId& moderator, std::string reason,
    Time now
);

// A reader's report, which moderators learn of. `reports`: how many readers have reported it by
// now. Error: comment_not_found (not visible).
[[nodiscard]] base::Result<CommentChange> report(
    const Comment& comment, const base::UserId& reader, std::string reason, std::uint32_t reports,
    Time now
);

// What readers may see: a comment that is not visible keeps its place, but not its text or author.
[[nodiscard]] Comment redacted(Comment comment);

[[nodiscard]] std::string_view to_string(CommentState state);
[[nodiscard]] std::optional<CommentState> parse_comment_state(std::string_view name);
[[nodiscard]] std::string_view to_string(EventType type);
[[nodiscard]] std::optional<EventType> parse_event_type(std::string_view name);
[[nodiscard]] std::optional<Decision> parse_decision(std::string_view name);

}  // namespace voxpop::domain
