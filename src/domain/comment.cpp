#include "domain/comment.hpp"

#include <array>
#include <utility>

#include "base/limits.hpp"
#include "domain/names.hpp"
#include "domain/text.hpp"

namespace voxpop::domain {
namespace {

using enum base::ErrorCode;
namespace limits = base::limits;

constexpr std::array<Named<CommentState>, 6> kStates{{
    {CommentState::pending, "pending"},
    {CommentState::visible, "visible"},
    {CommentState::held, "held"},
    {CommentState::hidden, "hidden"},
    {CommentState::rejected, "rejected"},
    {CommentState::deleted, "deleted"},
}};
constexpr std::array<Named<EventType>, 8> kEvents{{
    {EventType::posted, "posted"},
    {EventType::edited, "edited"},
    {EventType::deleted, "deleted"},
    {EventType::hidden, "hidden"},
    {EventType::restored, "restored"},
    {EventType::removed, "removed"},
    {EventType::approved, "approved"},
    {EventType::reported, "reported"},
}};
constexpr std::array<Named<Decision>, 4> kDecisions{{
    {Decision::hide, "hide"},
    {Decision::restore, "restore"},
    {Decision::remove, "remove"},
    {Decision::approve, "approve"},
}};

// What each decision makes of a comment, and of which comments.
struct DecisionRow {
    Decision decision;
    EventType event;
    CommentState to;
    bool (*applies_to)(const Comment& comment);
};

bool is_waiting(CommentState state) {
    return state == CommentState::pending || state == CommentState::held;
}

constexpr std::array<DecisionRow, 4> kDecisionTable{{
    {Decision::hide, EventType::hidden, CommentState::hidden,
     [](const Comment& comment) { return comment.is_public() || is_waiting(comment.state); }},
    {Decision::restore, EventType::restored, CommentState::visible,
     [](const Comment& comment) {
         return comment.state == CommentState::hidden || comment.state == CommentState::rejected;
     }},
    {Decision::remove, EventType::removed, CommentState::rejected,
     [](const Comment& comment) {
         return comment.state != CommentState::deleted && comment.state != CommentState::rejected;
     }},
    {Decision::approve, EventType::approved, CommentState::visible,
     [](const Comment& comment) {
         return is_waiting(comment.state) || (comment.is_public() && comment.reports > 0);
     }},
}};

int visible_as_number(CommentState state) {
    return state == CommentState::visible ? 1 : 0;
}

// The next version of `before` in state `to`; what else changes, the caller fills in.
CommentChange change_of(
    const Comment& before, EventType type, CommentState to, const base::UserId& actor, Time now
) {
    CommentChange change{
        .type = type,
        .after = before,
        .version_before = before.version,
        .from = before.state,
        .is_public = before.is_public() || to == CommentState::visible,
        .visible_delta = visible_as_number(to) - visible_as_number(before.state),
        .actor = actor,
        .at = now,
    };
    change.after.state = to;
    ++change.after.version;
    return change;
}

}  // namespace

base::Result<CommentText> CommentText::clean(std::string_view text, std::size_t graphemes_max) {
    auto cleaned =
        clean_text(text, {.graphemes_max = graphemes_max, .bytes_max = limits::kCommentBytesMax});
    if (!cleaned) return std::unexpected(cleaned.error());
    return CommentText(std::move(*cleaned));
}

base::Result<CommentChange> post(NewComment request) {
    const Thread& thread = *request.thread;
    if (thread.state == ThreadState::closed) return base::fail(thread_closed);
    const Comment* parent = request.parent;
    if (parent != nullptr && (!parent->is_public() || parent->thread != thread.id)) {
        return base::fail(comment_not_found, "the comment that this replies to is not there");
    }

    const auto state = thread.premoderated ? CommentState::pending : CommentState::visible;
    CommentChange change{
        .type = EventType::posted,
        .is_public = state == CommentState::visible,
        .visible_delta = visible_as_number(state),
        .actor = request.author.user,
        .at = request.now,
    };
    change.after = Comment{
        .id = request.id,
        .thread = thread.id,
        .parent = parent != nullptr ? parent->id : base::CommentId{},
        .root = parent != nullptr ? parent->root : request.id,
        .author = std::move(request.author),
        .text = request.text.str(),
        .created = request.now,
        .state = state,
    };
    return change;
}

base::Result<CommentChange> edit(const Comment& comment, const Edit& request) {
    if (comment.author.user != request.editor) return base::fail(permission_denied);
    if (!comment.is_public() && !is_waiting(comment.state)) return base::fail(invalid_state_change);
    if (request.now > comment.created + request.window) return base::fail(edit_window_over);

    const bool waits_again = comment.is_public() && request.thread->premoderated;
    const auto state = waits_again ? CommentState::pending : comment.state;
    auto change = change_of(comment, EventType::edited, state, request.editor, request.now);
    change.after.text = request.text.str();
    change.after.edited = request.now;
    return change;
}

base::Result<CommentChange> withdraw(const Comment& comment, const base::UserId& author, Time now) {
    if (comment.author.user != author) return base::fail(permission_denied);
    if (comment.state == CommentState::deleted) return base::fail(invalid_state_change);
    auto change = change_of(comment, EventType::deleted, CommentState::deleted, author, now);
    change.after.text.clear();
    change.after.reports = 0;
    return change;
}

base::Result<CommentChange> decide(
    const Comment& comment, Decision decision, const base::UserId& moderator, std::string reason,
    Time now
) {
    const auto& row = kDecisionTable[static_cast<std::size_t>(decision)];
    if (!row.applies_to(comment)) return base::fail(invalid_state_change);
    auto change = change_of(comment, row.event, row.to, moderator, now);
    change.after.reports = 0;
    change.reason = std::move(reason);
    return change;
}

base::Result<CommentChange> report(
    const Comment& comment, const base::UserId& reader, std::string reason, std::uint32_t reports,
    Time now
) {
    if (!comment.is_public()) return base::fail(comment_not_found);
    auto change = change_of(comment, EventType::reported, comment.state, reader, now);
    change.is_public = false;
    change.after.reports = reports;
    change.reason = std::move(reason);
    return change;
}

Comment redacted(Comment comment) {
    comment.reports = 0;
    if (comment.is_public()) return comment;
    comment.text.clear();
    comment.author = {};
    comment.edited.reset();
    comment.likes = 0;
    comment.dislikes = 0;
    return comment;
}

std::string_view to_string(CommentState state) {
    return name_in(kStates, state);
}
std::optional<CommentState> parse_comment_state(std::string_view name) {
    return value_in(kStates, name);
}
std::string_view to_string(EventType type) {
    return name_in(kEvents, type);
}
std::optional<EventType> parse_event_type(std::string_view name) {
    return value_in(kEvents, name);
}
std::optional<Decision> parse_decision(std::string_view name) {
    return value_in(kDecisions, name);
}

}  // namespace voxpop::domain
