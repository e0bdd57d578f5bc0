// The writer's view of comments and of the log. The writer's thread only.
#pragma once

#include <cstdint>
#include <optional>

#include "domain/commands.hpp"
#include "store/sqlite/comment_ranks.hpp"
#include "store/sqlite/statement.hpp"

namespace voxpop::store::sqlite {

class CommentTable {
  public:
    // What the store itself keeps of a comment.
    struct Known {
        std::uint32_t version = 0;
        std::uint32_t replies = 0;
    };

    explicit CommentTable(Database& db);

    // Nothing when there is no such comment.
    [[nodiscard]] std::optional<Known> find(base::CommentId id);

    void add(const domain::Comment& comment, std::int64_t thread_number, const CommentRanks& ranks);
    void change(const domain::Comment& comment);
    void add_replies(base::CommentId root, int delta);

    // Appends to the site's log and gives the record its site_offset, the next one.
    void append(domain::LogRecord& record, std::int64_t thread_number);

  private:
    std::uint64_t site_offset_ = 0;  // the newest
    Statement find_;
    Statement add_;
    Statement change_;
    Statement add_replies_;
    Statement append_;
};

}  // namespace voxpop::store::sqlite
