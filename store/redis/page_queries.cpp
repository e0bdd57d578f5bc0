// The queries whose answers are pages: comments, and what moderators look at.
#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "domain/ranking.hpp"
#include "store/redis/ask.hpp"
#include "store/redis/bounds.hpp"
#include "store/redis/codec.hpp"
#include "store/redis/function_call.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/queries.hpp"

namespace voxpop::store::redis {

using namespace domain;

namespace {

// The sorted set that has the order.
std::string_view set_of(CommentSort sort) {
    switch (sort) {
        case CommentSort::newest:
        case CommentSort::oldest:
            return "top:created";
        case CommentSort::most_replies:
            return "top:replies";
        case CommentSort::most_liked:
            return "top:liked";
        case CommentSort::best:
            return "top:best";
        case CommentSort::controversial:
            return "top:controversial";
    }
    std::abort();  // a value outside the enum: memory is broken
}

std::size_t page_size(std::size_t asked) {
    return std::clamp<std::size_t>(asked, 1, base::limits::kPageCommentsMax);
}

// A place in a set: rank and id as arguments. The oldest have the largest rank, which is their time
// with its sign turned; the set has the time.
void put_place(Command& call, const SortKey* after, CommentSort sort) {
    if (after == nullptr) {
        call.arg("").arg("");
        return;
    }
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    const auto turned =
        after->rank == least ? std::numeric_limits<std::int64_t>::max() : -after->rank;
    call.arg(sort == CommentSort::oldest ? turned : after->rank).arg(after->id.str());
}

// The cursor of the next page, from the set's own rank: it cannot differ from the order there.
std::string next_cursor(std::int64_t rank, base::CommentId last, CommentSort sort) {
    return encode_cursor({sort == CommentSort::oldest ? -rank : rank, last}, sort);
}

base::Result<std::optional<SortKey>> parse_place(const std::string& cursor, CommentSort sort) {
    if (cursor.empty()) return std::nullopt;
    auto key = parse_cursor(cursor, sort);
    if (!key) return std::unexpected(key.error());
    return *key;
}

const SortKey* pointer_to(const std::optional<SortKey>& key) {
    return key ? &*key : nullptr;
}

// Whether there is more, and from which rank.
std::optional<std::int64_t> read_more(Unpacker& in) {
    if (in.u8() == 0) return std::nullopt;
    return in.i64();
}

bool is_asked_for(const Comment& comment, const std::vector<CommentState>& states, bool reported) {
    if (reported) return comment.reports > 0;
    return states.empty() || std::ranges::find(states, comment.state) != states.end();
}

// Which lists of comments: a digit for each state, or those that were reported.
std::string lists_of(const ModerationRequest& request) {
    if (request.reported) return "reported";
    const auto& states = request.states;
    if (states.empty()) return "012345";
    std::string digits;
    for (const auto state : states) {
        const auto digit = static_cast<char>('0' + static_cast<int>(state));
        if (digits.find(digit) == std::string::npos) digits += digit;
    }
    return digits;
}

}  // namespace

void Queries::comments(const PageRequest& request, Answer<CommentPage> answer) {
    const bool of_replies = !request.root.empty();
    const auto sort = of_replies ? CommentSort::oldest : request.sort;
    const auto after = parse_place(request.cursor, sort);
    if (!after) return answer(std::unexpected(after.error()));
    const auto key = keys::thread(request.thread);
    auto call = function_ro("vp_page", key);
    call.arg(of_replies ? "replies:" + request.root.str() : std::string(set_of(sort)));
    call.arg(sort == CommentSort::oldest ? "up" : "down").arg(request.staff ? 1 : 0);
    put_place(call, pointer_to(*after), sort);
    call.arg(page_size(request.limit));
    call.arg(of_replies ? 0 : std::min(request.inline_replies, base::limits::kPageCommentsMax));
    ask<CommentPage>(
        key, std::move(call), std::move(answer),
        [this, of_replies, sort, staff = request.staff](Unpacker& in) {
            CommentPage page{.comments = {}, .next = {}, .position = {node_.epoch, in.u64()}};
            const auto more = read_more(in);
            base::CommentId last;
            for (auto comments = in.u32(); comments > 0 && in.ok(); --comments) {
                auto comment = read_comment(in);
                if (of_replies || comment.parent.empty()) last = comment.id;
                page.comments.push_back(staff ? std::move(comment) : redacted(std::move(comment)));
            }
            if (more) page.next = next_cursor(*more, last, sort);
            return page;
        }
    );
}

void Queries::moderation(const ModerationRequest& request, Answer<CommentPage> answer) {
    const auto after = parse_place(request.cursor, CommentSort::newest);
    if (!after) return answer(std::unexpected(after.error()));
    if (request.thread) return moderation_of_thread(request, pointer_to(*after), std::move(answer));
    moderation_of_site(request, pointer_to(*after), std::move(answer));
}

// The position is the site's, whichever thread was asked for: it is what moderators follow.
void Queries::moderation_of_thread(
    const ModerationRequest& request, const SortKey* after, Answer<CommentPage> answer
) {
    const auto key = keys::thread(*request.thread);
    auto call = function_ro("vp_moderation", key);
    call.arg(lists_of(request));
    put_place(call, after, CommentSort::newest);
    call.arg(page_size(request.limit));
    auto with_position = [answer = std::move(answer)](auto page, auto position) mutable {
        if (page && !position) return answer(std::unexpected(position.error()));
        if (page) page->position = position->position;
        answer(std::move(page));
    };
    // Read first, so that what arrives in between is heard as well.
    site_log(
        std::numeric_limits<std::int64_t>::max(), 1,
        [this, key, call = std::move(call),
         with_position = std::move(with_position)](base::Result<LogPage> position) mutable {
            ask<CommentPage>(
                key, std::move(call),
                [position = std::move(position),
                 with_position = std::move(with_position)](base::Result<CommentPage> page) mutable {
                    with_position(std::move(page), std::move(position));
                },
                [](Unpacker& in) {
                    CommentPage page;
                    const auto more = read_more(in);
                    for (auto comments = in.u32(); comments > 0 && in.ok(); --comments)
                        page.comments.push_back(read_comment(in));
                    if (more && !page.comments.empty()) {
                        const auto last = page.comments.back().id;
                        page.next = next_cursor(*more, last, CommentSort::newest);
                    }
                    return page;
                }
            );
        }
    );
}

void Queries::moderation_of_site(
    const ModerationRequest& request, const SortKey* after, Answer<CommentPage> answer
) {
    struct Listed {
        CommentPage page;
        std::vector<Wanted> wanted;
    };
    const auto key = keys::site_log(site_);
    auto call = function_ro("vp_site_moderation", key);
    call.arg(lists_of(request));
    put_place(call, after, CommentSort::newest);
    call.arg(page_size(request.limit));
    auto read = [this](Unpacker& in) {
        Listed listed;
        listed.page.position = {node_.epoch, in.u64()};
        const auto more = read_more(in);
        for (auto members = in.u32(); members > 0 && in.ok(); --members) {
            Unpacker member(in.text8());
            const auto id = read_comment_id(member);
            (void)member.u8();  // a space
            const auto thread = base::ThreadId::from(member.rest());
            if (!thread || !member.ok()) in.fail();
            listed.wanted.push_back({thread.value_or(base::ThreadId{}), id});
        }
        if (more && !listed.wanted.empty()) {
            const auto last = listed.wanted.back().comment;
            listed.page.next = next_cursor(*more, last, CommentSort::newest);
        }
        return listed;
    };
    auto fill = [this, states = request.states, reported = request.reported,
                 answer = std::move(answer)](base::Result<Listed> listed) mutable {
        if (!listed) return answer(std::unexpected(listed.error()));
        find(
            listed->wanted,
            [states = std::move(states), reported, page = std::move(listed->page),
             answer = std::move(answer)](auto found) mutable {
                if (!found) return answer(std::unexpected(found.error()));
                for (auto& comment : *found) {
                    // Decided on since it was listed: it is not what was asked for any more.
                    if (!comment || !is_asked_for(*comment, states, reported)) continue;
                    page.comments.push_back(std::move(*comment));
                }
                answer(std::move(page));
            }
        );
    };
    ask<Listed>(key, std::move(call), std::move(fill), std::move(read));
}

void Queries::site_log(std::uint64_t since, std::size_t limit, Answer<LogPage> answer) {
    struct Listed {
        LogPage page;
        std::vector<SiteRecord> records;
    };
    const auto key = keys::site_log(site_);
    auto call = function_ro("vp_site_log", key);
    call.arg(std::min<std::uint64_t>(since, std::uint64_t{1} << 53));
    call.arg(std::min(limit, bounds::kStreamEventsMax));
    auto filled = [this, answer = std::move(answer)](base::Result<Listed> listed) mutable {
        if (!listed) return answer(std::unexpected(listed.error()));
        fill(
            std::move(listed->records),
            [page = std::move(listed->page), answer = std::move(answer)](auto records) mutable {
                if (!records) return answer(std::unexpected(records.error()));
                page.records = std::move(*records);
                answer(std::move(page));
            }
        );
    };
    ask<Listed>(key, std::move(call), std::move(filled), [this](Unpacker& in) {
        Listed listed;
        listed.page.position = {node_.epoch, in.u64()};
        listed.page.complete = in.u8() != 0;
        for (auto records = in.u32(); records > 0 && in.ok(); --records) {
            const auto offset = in.u64();
            listed.records.push_back(read_site_record(offset, in.text32()));
        }
        return listed;
    });
}

void Queries::fill(std::vector<SiteRecord> records, Answer<std::vector<LogRecord>> answer) {
    std::vector<Wanted> wanted;
    for (const auto& one : records) wanted.push_back({one.thread, one.record.comment.id});
    find(wanted, [records = std::move(records), answer = std::move(answer)](auto found) mutable {
        if (!found) return answer(std::unexpected(found.error()));
        std::vector<LogRecord> out;
        for (std::size_t i = 0; i < records.size(); ++i) {
            // One that Redis has lost keeps its place, empty, so that the stream has no gap.
            if ((*found)[i]) records[i].record.comment = std::move(*(*found)[i]);
            out.push_back(std::move(records[i].record));
        }
        answer(std::move(out));
    });
}

}  // namespace voxpop::store::redis
