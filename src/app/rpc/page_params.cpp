#include "app/rpc/page_params.hpp"

#include "domain/ranking.hpp"

namespace voxpop::app {
namespace limits = base::limits;

base::Result<std::size_t> page_limit(std::optional<std::uint64_t> wanted) {
    const std::uint64_t limit = wanted.value_or(limits::kPageCommentsDefault);
    if (limit >= 1 && limit <= limits::kPageCommentsMax) return limit;
    return Params::bad("limit", "must be 1 to " + std::to_string(limits::kPageCommentsMax));
}

base::Result<domain::PageRequest> page_request(const Params& params, bool staff) {
    const auto thread = params.id<base::ThreadId>("thread");
    if (!thread) return std::unexpected(thread.error());
    const auto root = params.maybe_id<base::CommentId>("root");
    if (!root) return std::unexpected(root.error());
    const auto sort_name = params.maybe_text("sort");
    if (!sort_name) return std::unexpected(sort_name.error());
    const auto sort = domain::parse_comment_sort(sort_name->value_or("newest"));
    if (!sort) {
        return Params::bad(
            "sort", "must be newest, oldest, most_replies, most_liked, best or controversial"
        );
    }
    const auto cursor = params.maybe_text("cursor");
    if (!cursor) return std::unexpected(cursor.error());
    const auto limit_given = params.maybe_number("limit");
    if (!limit_given) return std::unexpected(limit_given.error());
    const auto limit = page_limit(*limit_given);
    if (!limit) return std::unexpected(limit.error());
    return domain::PageRequest{
        .thread = *thread,
        .root = *root,
        .sort = *sort,
        .cursor = std::string(cursor->value_or("")),
        .limit = *limit,
        .staff = staff,
    };
}

}  // namespace voxpop::app
