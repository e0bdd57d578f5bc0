// Rows as the domain's structures: the one place that knows which column is which.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/commands.hpp"
#include "store/sqlite/statement.hpp"

namespace voxpop::store::sqlite {

// The beginnings of statements whose rows the functions below read. A thread's columns begin with
// its number.
inline constexpr std::string_view kSelectThread =
    "SELECT t.number, t.id, t.title, t.url, t.closed, t.premoderated, t.created, t.version, "
    "t.comments, t.views, t.hearts, t.claps"
    " FROM threads t";
// CROSS JOIN: SQLite keeps the order of the tables, so the comments' index gives the rows in their
// order.
inline constexpr std::string_view kSelectComment =
    "SELECT c.id, t.id, c.parent, c.root, c.author, c.author_name, c.text, c.created, c.edited, "
    "c.state,"
    " c.version, c.replies, c.likes, c.dislikes, c.reports"
    " FROM comments c CROSS JOIN threads t ON t.number = c.thread";
inline constexpr std::string_view kSelectRecord =
    "SELECT c.id, t.id, c.parent, c.root, c.author, c.author_name, c.text, c.created, c.edited, "
    "c.state,"
    " c.version, c.replies, c.likes, c.dislikes, c.reports,"
    " l.site_offset, l.thread_offset, l.type, l.from_state, l.actor, l.reason, l.at"
    " FROM log l CROSS JOIN comments c ON c.id = l.comment CROSS JOIN threads t ON t.number = "
    "c.thread";

[[nodiscard]] domain::Thread thread_of(const Cursor& row, Database& db);
[[nodiscard]] domain::Comment comment_of(const Cursor& row, Database& db);
[[nodiscard]] domain::LogRecord record_of(const Cursor& row, Database& db);

// A value that must be there, or the database is damaged.
template <class T>
[[nodiscard]] T known(std::optional<T> value, Database& db) {
    if (value) return *std::move(value);
    db.fail_as_damaged("it has a value that nobody wrote");
    return T{};
}

// An id that may be empty: nobody.
template <class Id>
[[nodiscard]] Id id_of(std::string_view text, Database& db) {
    return text.empty() ? Id{} : known(Id::from(text), db);
}

[[nodiscard]] inline base::CommentId comment_id(std::int64_t value) {
    return base::CommentId(static_cast<std::uint64_t>(value));
}
[[nodiscard]] inline std::optional<std::int64_t> millis_of(const std::optional<base::Time>& time) {
    return time ? std::optional(base::to_millis(*time)) : std::nullopt;
}
[[nodiscard]] inline std::optional<base::Time> time_of(std::optional<std::int64_t> millis) {
    return millis ? std::optional(base::from_millis(*millis)) : std::nullopt;
}

// boxes.counts: "[12,5]".
[[nodiscard]] std::string counts_text(const domain::Tally& tally);
[[nodiscard]] domain::Tally tally_of(
    std::uint64_t version, std::uint64_t voters, std::string_view counts, Database& db
);

}  // namespace voxpop::store::sqlite
