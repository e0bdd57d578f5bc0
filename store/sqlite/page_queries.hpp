// Pages of comments, each a range of an index: it costs what the page holds, however long the
// thread is. (Readers skip comments without a place, so a thread full of hidden ones costs those,
// too.)
//
// The connection's thread, inside a transaction. Pages come without their position.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/queries.hpp"
#include "store/sqlite/statement.hpp"

namespace voxpop::store::sqlite {

// The statement of a page of top-level comments in this order: ?1 thread, ?2 and ?3 the cursor's
// column and id, ?4 whether to give all, ?5 how many.
[[nodiscard]] std::string top_level_sql(domain::CommentSort sort);

class PageQueries {
  public:
    explicit PageQueries(Database& db);

    // Error: bad_request (the cursor is not of this list).
    [[nodiscard]] base::Result<domain::CommentPage> top_level(
        std::int64_t thread_number, const domain::PageRequest& request
    );
    [[nodiscard]] base::Result<domain::CommentPage> replies(
        std::int64_t thread_number, const domain::PageRequest& request
    );
    [[nodiscard]] base::Result<domain::CommentPage> moderation(
        std::optional<std::int64_t> thread_number, const domain::ModerationRequest& request
    );

  private:
    // A place in an index: its column and the comment's id.
    struct Place {
        std::int64_t column;
        std::int64_t id;
    };
    [[nodiscard]] static base::Result<Place> place_after(
        const std::string& cursor, domain::CommentSort sort
    );
    [[nodiscard]] std::vector<domain::Comment> read(Cursor rows);
    // Of all states where none is asked for.
    [[nodiscard]] std::vector<domain::Comment> in_states(
        std::optional<std::int64_t> thread_number, const std::vector<domain::CommentState>& asked,
        Place place, std::size_t limit
    );
    [[nodiscard]] std::vector<domain::Comment> replies_after(
        std::int64_t thread_number, base::CommentId root, Place place, bool all, std::size_t limit
    );

    Database& db_;
    std::vector<Statement> top_level_;  // by CommentSort
    Statement replies_;
    Statement by_state_;
    Statement by_thread_and_state_;
    Statement reported_;
};

}  // namespace voxpop::store::sqlite
