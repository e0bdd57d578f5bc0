#include "store/sqlite/page_queries.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <utility>

#include "base/limits.hpp"
#include "domain/ranking.hpp"
#include "store/sqlite/rows.hpp"

namespace voxpop::store::sqlite {
namespace {

using namespace domain;

constexpr std::array kSorts{
    CommentSort::newest,     CommentSort::oldest, CommentSort::most_replies,
    CommentSort::most_liked, CommentSort::best,   CommentSort::controversial,
};
constexpr std::array kStates{
    CommentState::pending, CommentState::visible,  CommentState::held,
    CommentState::hidden,  CommentState::rejected, CommentState::deleted,
};
constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
constexpr auto kGreatest = std::numeric_limits<std::int64_t>::max();

// The column whose index has the order.
std::string_view column_of(CommentSort sort) {
    switch (sort) {
        case CommentSort::newest:
        case CommentSort::oldest:
            return "created";
        case CommentSort::most_replies:
            return "replies";
        case CommentSort::most_liked:
            return "liked";
        case CommentSort::best:
            return "best";
        case CommentSort::controversial:
            return "controversial";
    }
    std::abort();  // a value outside the enum: memory is broken
}

std::string comments_where(std::string_view condition) {
    return std::string(kSelectComment).append(" WHERE ").append(condition);
}

std::size_t page_size(std::size_t asked) {
    return std::clamp<std::size_t>(asked, 1, base::limits::kPageCommentsMax);
}

// Cuts what was read with one to spare to a page; gives the cursor of the next, if there is one.
std::string cut_page(std::vector<Comment>& listed, std::size_t size, CommentSort sort) {
    if (listed.size() <= size) return {};
    listed.resize(size);
    return encode_cursor(sort_key(listed.back(), sort), sort);
}

}  // namespace

std::string top_level_sql(CommentSort sort) {
    const bool ascends = sort == CommentSort::oldest;
    const std::string column = "c." + std::string(column_of(sort));
    const std::string direction = ascends ? "" : " DESC";
    return comments_where("c.thread = ?1 AND c.parent IS NULL AND (")
        .append(column + ", c.id) " + (ascends ? ">" : "<") + " (?2, ?3)")
        .append(" AND (?4 OR c.state = 'visible' OR c.replies > 0)")
        .append(" ORDER BY " + column + direction + ", c.id" + direction + " LIMIT ?5");
}

PageQueries::PageQueries(Database& db)
    : db_(db),
      replies_(
          db, comments_where("c.root = ?2 AND c.parent IS NOT NULL AND c.thread = ?1"
                             " AND (c.created, c.id) > (?3, ?4) AND (?5 OR c.state = 'visible')"
                             " ORDER BY c.created, c.id LIMIT ?6")
      ),
      by_state_(
          db, comments_where("c.state = ?1 AND (c.created, c.id) < (?2, ?3)"
                             " ORDER BY c.created DESC, c.id DESC LIMIT ?4")
      ),
      by_thread_and_state_(
          db, comments_where("c.state = ?1 AND (c.created, c.id) < (?2, ?3) AND c.thread = ?5"
                             " ORDER BY c.created DESC, c.id DESC LIMIT ?4")
      ),
      reported_(
          db, comments_where("c.reports > 0 AND (c.created, c.id) < (?1, ?2)"
                             " AND (?4 IS NULL OR c.thread = ?4)"
                             " ORDER BY c.created DESC, c.id DESC LIMIT ?3")
      ) {
    for (const auto sort : kSorts) top_level_.emplace_back(db, top_level_sql(sort));
}

base::Result<PageQueries::Place> PageQueries::place_after(
    const std::string& cursor, CommentSort sort
) {
    const bool ascends = sort == CommentSort::oldest;
    if (cursor.empty()) return ascends ? Place{kLeast, kLeast} : Place{kGreatest, kGreatest};
    const auto key = parse_cursor(cursor, sort);
    if (!key) return std::unexpected(key.error());
    const auto id = static_cast<std::int64_t>(key->id.value());
    if (!ascends) return Place{key->rank, id};
    // The oldest have the largest rank: it is the time with its sign turned.
    return Place{key->rank == kLeast ? kGreatest : -key->rank, id};
}

base::Result<CommentPage> PageQueries::top_level(
    std::int64_t thread_number, const PageRequest& request
) {
    const auto place = place_after(request.cursor, request.sort);
    if (!place) return std::unexpected(place.error());
    const auto size = page_size(request.limit);
    auto& statement = top_level_[static_cast<std::size_t>(request.sort)];
    auto listed =
        read(statement.query(thread_number, place->column, place->id, request.staff, size + 1));

    CommentPage page;
    page.next = cut_page(listed, size, request.sort);
    for (auto& comment : listed) {
        const auto root = comment.id;
        page.comments.push_back(request.staff ? std::move(comment) : redacted(std::move(comment)));
        std::ranges::move(
            replies_after(
                thread_number, root, {kLeast, kLeast}, request.staff, request.inline_replies
            ),
            std::back_inserter(page.comments)
        );
    }
    return page;
}

base::Result<CommentPage> PageQueries::replies(
    std::int64_t thread_number, const PageRequest& request
) {
    const auto place = place_after(request.cursor, CommentSort::oldest);
    if (!place) return std::unexpected(place.error());
    const auto size = page_size(request.limit);
    CommentPage page;
    page.comments = replies_after(thread_number, request.root, *place, request.staff, size + 1);
    page.next = cut_page(page.comments, size, CommentSort::oldest);
    return page;
}

// Readers get visible ones only, so there is nothing to redact.
std::vector<Comment> PageQueries::replies_after(
    std::int64_t thread_number, base::CommentId root, Place place, bool all, std::size_t limit
) {
    if (limit == 0) return {};
    const auto most = std::min<std::size_t>(limit, kGreatest);
    return read(replies_.query(thread_number, root.value(), place.column, place.id, all, most));
}

// A range per state, merged: those that wait for a decision are few among many.
std::vector<Comment> PageQueries::in_states(
    std::optional<std::int64_t> thread_number, const std::vector<CommentState>& asked, Place place,
    std::size_t limit
) {
    std::vector<Comment> listed;
    for (const auto state : kStates) {
        if (!asked.empty() && std::ranges::find(asked, state) == asked.end()) continue;
        const auto name = to_string(state);
        auto range = thread_number ? read(by_thread_and_state_.query(
                                         name, place.column, place.id, limit, *thread_number
                                     ))
                                   : read(by_state_.query(name, place.column, place.id, limit));
        std::ranges::move(range, std::back_inserter(listed));
    }
    constexpr auto sort = CommentSort::newest;
    std::ranges::sort(listed, [](const Comment& a, const Comment& b) {
        return comes_before(sort_key(a, sort), sort_key(b, sort), sort);
    });
    if (listed.size() > limit) listed.resize(limit);
    return listed;
}

base::Result<CommentPage> PageQueries::moderation(
    std::optional<std::int64_t> thread_number, const ModerationRequest& request
) {
    constexpr auto sort = CommentSort::newest;
    const auto place = place_after(request.cursor, sort);
    if (!place) return std::unexpected(place.error());
    const auto size = page_size(request.limit);
    auto listed = request.reported
                      ? read(reported_.query(place->column, place->id, size + 1, thread_number))
                      : in_states(thread_number, request.states, *place, size + 1);
    CommentPage page;
    page.next = cut_page(listed, size, sort);
    page.comments = std::move(listed);
    return page;
}

std::vector<Comment> PageQueries::read(Cursor rows) {
    std::vector<Comment> out;
    while (rows.next()) out.push_back(comment_of(rows, db_));
    return out;
}

}  // namespace voxpop::store::sqlite
