// The queries of MemoryState: each looks through everything and sorts it, so that what it answers
// is plain.
#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "domain/timed.hpp"
#include "store/memory/memory_state.hpp"

namespace voxpop::store {
namespace {

using namespace domain;
using enum base::ErrorCode;
namespace limits = base::limits;

std::size_t page_size(std::size_t asked) {
    return std::clamp<std::size_t>(asked, 1, limits::kPageCommentsMax);
}

// Whether readers find the comment on a page of top-level comments: it is visible, or others
// replied.
bool has_place(const Comment& comment) {
    return comment.is_public() || comment.replies > 0;
}

// Cuts `sorted` to the part after `cursor`, at most `limit` long; gives the cursor of the next
// page.
base::Result<std::string> cut_page(
    std::vector<Comment>& sorted, const std::string& cursor, CommentSort sort, std::size_t limit
) {
    if (!cursor.empty()) {
        const auto after = parse_cursor(cursor, sort);
        if (!after) return std::unexpected(after.error());
        std::erase_if(sorted, [&](const Comment& comment) {
            return !comes_before(*after, sort_key(comment, sort), sort);
        });
    }
    if (sorted.size() <= limit) return std::string{};
    sorted.resize(limit);
    return encode_cursor(sort_key(sorted.back(), sort), sort);
}

}  // namespace

base::Result<ThreadView> MemoryState::thread(const base::ThreadId& id) const {
    const auto at = discussions_.find(id);
    if (at == discussions_.end()) return base::fail(thread_not_found);
    ThreadView view{at->second.thread, counts_of(id), {}, position_of(id)};
    for (const auto& poll_id : at->second.polls) view.polls.push_back(*poll(poll_id));
    return view;
}

base::Result<CommentPage> MemoryState::comments(const PageRequest& request) const {
    const bool of_replies = !request.root.empty();
    const auto sort = of_replies ? CommentSort::oldest : request.sort;
    auto listed = of_replies
                      ? replies_of(request.root, request)
                      : sorted(request.thread, sort, [&](const Comment& comment) {
                            return comment.parent.empty() && (request.staff || has_place(comment));
                        });
    auto next = cut_page(listed, request.cursor, sort, page_size(request.limit));
    if (!next) return std::unexpected(next.error());

    CommentPage page{{}, std::move(*next), position_of(request.thread)};
    for (auto& comment : listed) {
        const auto root = comment.id;
        page.comments.push_back(request.staff ? std::move(comment) : redacted(std::move(comment)));
        if (of_replies) continue;
        auto replies = replies_of(root, request);
        if (replies.size() > request.inline_replies) replies.resize(request.inline_replies);
        std::ranges::move(replies, std::back_inserter(page.comments));
    }
    return page;
}

// Oldest first. Readers get the visible ones: the place of a reply that is gone is not kept,
// because what is below it is shown below the root anyway.
std::vector<Comment> MemoryState::replies_of(base::CommentId root, const PageRequest& request)
    const {
    return sorted(request.thread, CommentSort::oldest, [&](const Comment& comment) {
        return comment.root == root && comment.id != root && (request.staff || comment.is_public());
    });
}

std::vector<Comment> MemoryState::sorted(
    const base::ThreadId& thread, CommentSort sort, const Filter& passes
) const {
    std::vector<Comment> out;
    const auto at = discussions_.find(thread);
    if (at == discussions_.end()) return out;
    for (const auto id : at->second.comments) {
        const Comment& comment = comments_.at(id);
        if (passes(comment)) out.push_back(with_reactions(comment));
    }
    std::ranges::sort(out, [&](const Comment& a, const Comment& b) {
        return comes_before(sort_key(a, sort), sort_key(b, sort), sort);
    });
    return out;
}

base::Result<Comment> MemoryState::comment(base::CommentId id) const {
    const Comment* known = find_comment(id);
    if (known == nullptr) return base::fail(comment_not_found);
    return with_reactions(*known);
}

base::Result<PollView> MemoryState::poll(const base::PollId& id) const {
    const auto at = polls_.find(id);
    if (at == polls_.end()) return base::fail(poll_not_found);
    return PollView{at->second, tally_of(at->second.box())};
}

std::vector<OptionSet> MemoryState::ballots(
    const base::UserId& voter, const std::vector<BoxId>& boxes
) const {
    std::vector<OptionSet> out;
    for (const auto& id : boxes) {
        OptionSet held;
        if (const auto box = boxes_.find(id); box != boxes_.end()) {
            const auto ballot = box->second.ballots.find(voter);
            if (ballot != box->second.ballots.end()) held = ballot->second;
        }
        out.push_back(held);
    }
    return out;
}

std::vector<StoredCounts> MemoryState::counts(const std::vector<base::ThreadId>& threads) const {
    std::vector<StoredCounts> out;
    for (const auto& id : threads) out.push_back(counts_of(id));
    return out;
}

LogPage MemoryState::thread_log(const base::ThreadId& id, std::uint64_t since, std::size_t limit)
    const {
    LogPage page{{}, position_of(id), true};
    const auto at = discussions_.find(id);
    if (at == discussions_.end()) return page;
    const auto& offsets = at->second.public_log;
    for (auto i = since; i < offsets.size() && page.records.size() < limit; ++i) {
        page.records.push_back(record_at(offsets[i]));
    }
    return page;
}

LogPage MemoryState::site_log(std::uint64_t since, std::size_t limit) const {
    LogPage page{{}, {epoch_, log_.size()}, true};
    for (auto i = since; i < log_.size() && page.records.size() < limit; ++i) {
        page.records.push_back(record_at(i + 1));
    }
    return page;
}

namespace {

bool is_asked_for(const Comment& comment, const ModerationRequest& request) {
    if (request.thread && comment.thread != *request.thread) return false;
    if (request.reported) return comment.reports > 0;
    const auto& states = request.states;
    return states.empty() || std::ranges::find(states, comment.state) != states.end();
}

}  // namespace

base::Result<CommentPage> MemoryState::moderation(const ModerationRequest& request) const {
    std::vector<Comment> listed;
    for (const auto& [id, comment] : comments_) {
        if (!is_asked_for(comment, request)) continue;
        listed.push_back(with_reactions(comment));
    }
    constexpr auto sort = CommentSort::newest;
    std::ranges::sort(listed, [](const Comment& a, const Comment& b) {
        return comes_before(sort_key(a, sort), sort_key(b, sort), sort);
    });
    auto next = cut_page(listed, request.cursor, sort, page_size(request.limit));
    if (!next) return std::unexpected(next.error());
    return CommentPage{std::move(listed), std::move(*next), {epoch_, log_.size()}};
}

std::vector<Poll> MemoryState::timed_polls() const {
    std::vector<Poll> out;
    for (const auto& [id, poll] : polls_) {
        if (is_moved_by_time(poll)) out.push_back(poll);
    }
    return out;
}

Comment MemoryState::with_reactions(const Comment& comment) const {
    Comment out = comment;
    const Tally reactions = tally_of(BoxId::reaction(comment.id));
    out.likes = reactions.counts[0];
    out.dislikes = reactions.counts[1];
    return out;
}

Tally MemoryState::tally_of(const BoxId& box) const {
    const auto at = boxes_.find(box);
    return at != boxes_.end() ? at->second.tally : Tally{};
}

StoredCounts MemoryState::counts_of(const base::ThreadId& thread) const {
    const auto at = discussions_.find(thread);
    if (at == discussions_.end()) return {};
    const Discussion& discussion = at->second;
    const Tally saves = tally_of(BoxId::save(thread));
    return {discussion.visible_comments, saves.voters, discussion.counters, saves.version};
}

StreamPosition MemoryState::position_of(const base::ThreadId& thread) const {
    const auto at = discussions_.find(thread);
    return {epoch_, at != discussions_.end() ? at->second.public_log.size() : 0};
}

LogRecord MemoryState::record_at(std::uint64_t site_offset) const {
    const Event& event = log_.at(site_offset - 1);
    return {
        .site_offset = site_offset,
        .offset = event.offset,
        .type = event.type,
        .comment = with_reactions(comments_.at(event.comment)),
        .from = event.from,
        .actor = event.actor,
        .reason = event.reason,
        .at = event.at,
    };
}

}  // namespace voxpop::store
