#include "store/sqlite/comment_table.hpp"

#include "store/sqlite/rows.hpp"

namespace voxpop::store::sqlite {
namespace {

std::optional<std::uint64_t> unless_zero(std::uint64_t value) {
    return value != 0 ? std::optional(value) : std::nullopt;
}

}  // namespace

CommentTable::CommentTable(Database& db)
    : find_(db, "SELECT version, replies FROM comments WHERE id = ?1"),
      add_(
          db,
          "INSERT INTO comments (id, thread, parent, root, author, author_name, text, created, "
          "edited,"
          " state, version, replies, likes, dislikes, liked, best, controversial)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, ?12, ?13, ?14, ?15, ?16)"
      ),
      change_(
          db,
          "UPDATE comments SET author = ?2, author_name = ?3, text = ?4, edited = ?5, state = ?6,"
          " version = ?7, reports = ?8 WHERE id = ?1"
      ),
      add_replies_(db, "UPDATE comments SET replies = replies + ?2 WHERE id = ?1"),
      append_(
          db,
          "INSERT INTO log (site_offset, thread, thread_offset, type, comment, from_state, actor,"
          " reason, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
      ) {
    Statement newest(db, "SELECT max(site_offset) FROM log");
    auto row = newest.query();
    if (row.next()) site_offset_ = row.count(0);
}

std::optional<CommentTable::Known> CommentTable::find(base::CommentId id) {
    auto row = find_.query(id.value());
    if (!row.next()) return std::nullopt;
    return Known{
        static_cast<std::uint32_t>(row.integer(0)), static_cast<std::uint32_t>(row.integer(1))
    };
}

void CommentTable::add(
    const domain::Comment& comment, std::int64_t thread_number, const CommentRanks& ranks
) {
    add_.run(
        comment.id.value(), thread_number, unless_zero(comment.parent.value()),
        comment.root.value(), comment.author.user.view(), std::string_view(comment.author.name),
        std::string_view(comment.text), base::to_millis(comment.created), millis_of(comment.edited),
        to_string(comment.state), comment.version, ranks.likes, ranks.dislikes, ranks.liked,
        ranks.best, ranks.controversial
    );
}

void CommentTable::change(const domain::Comment& comment) {
    change_.run(
        comment.id.value(), comment.author.user.view(), std::string_view(comment.author.name),
        std::string_view(comment.text), millis_of(comment.edited), to_string(comment.state),
        comment.version, comment.reports
    );
}

void CommentTable::add_replies(base::CommentId root, int delta) {
    if (delta != 0) add_replies_.run(root.value(), delta);
}

void CommentTable::append(domain::LogRecord& record, std::int64_t thread_number) {
    record.site_offset = ++site_offset_;
    append_.run(
        record.site_offset, thread_number, unless_zero(record.offset), to_string(record.type),
        record.comment.id.value(), to_string(record.from), record.actor.view(),
        std::string_view(record.reason), base::to_millis(record.at)
    );
}

}  // namespace voxpop::store::sqlite
