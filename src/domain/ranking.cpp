#include "domain/ranking.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "domain/names.hpp"

namespace voxpop::domain {
namespace {

constexpr double kFixedPoint = 1e9;  // of `best`, which is at most 1
constexpr double kThousandths = 1e3;

constexpr std::array<Named<CommentSort>, 6> kSorts{{
    {CommentSort::newest, "newest"},
    {CommentSort::oldest, "oldest"},
    {CommentSort::most_replies, "most_replies"},
    {CommentSort::most_liked, "most_liked"},
    {CommentSort::best, "best"},
    {CommentSort::controversial, "controversial"},
}};

std::int64_t rank_of(const Comment& comment, CommentSort sort) {
    switch (sort) {
        case CommentSort::newest:
            return base::to_millis(comment.created);
        case CommentSort::oldest:
            return -base::to_millis(comment.created);
        case CommentSort::most_replies:
            return comment.replies;
        case CommentSort::most_liked:
            return static_cast<std::int64_t>(comment.likes) -
                   static_cast<std::int64_t>(comment.dislikes);
        case CommentSort::best:
            return std::llround(kFixedPoint * wilson_lower_bound(comment.likes, comment.dislikes));
        case CommentSort::controversial:
            return std::llround(kThousandths * controversy(comment.likes, comment.dislikes));
    }
    return 0;
}

}  // namespace

SortKey sort_key(const Comment& comment, CommentSort sort) {
    return {rank_of(comment, sort), comment.id};
}

bool comes_before(const SortKey& a, const SortKey& b, CommentSort sort) {
    if (a.rank != b.rank) return a.rank > b.rank;
    return sort == CommentSort::oldest ? a.id < b.id : a.id > b.id;
}

double wilson_lower_bound(std::uint64_t likes, std::uint64_t dislikes) {
    if (likes == 0) return 0;
    constexpr double z = 1.2816;
    const auto n = static_cast<double>(likes) + static_cast<double>(dislikes);
    const double share = static_cast<double>(likes) / n;
    const double spread = z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
    return (share + z * z / (2 * n) - spread) / (1 + z * z / n);
}

double controversy(std::uint64_t likes, std::uint64_t dislikes) {
    const auto small = static_cast<double>(std::min(likes, dislikes));
    const auto large = static_cast<double>(std::max(likes, dislikes));
    return large == 0 ? 0 : (small + large) * (small / large);
}

// "best:612345678:0c5m3v9s8k2xt"
std::string encode_cursor(const SortKey& key, CommentSort sort) {
    return std::string(to_string(sort)) + ':' + std::to_string(key.rank) + ':' + key.id.str();
}

base::Result<SortKey> parse_cursor(std::string_view cursor, CommentSort sort) {
    const auto refused = base::fail(base::ErrorCode::bad_request, "cursor: it is not of this list");
    const auto name = to_string(sort);
    if (!cursor.starts_with(name)) return refused;
    cursor.remove_prefix(name.size());
    const auto last_colon = cursor.rfind(':');
    if (!cursor.starts_with(':') || last_colon == 0) return refused;
    const auto number = cursor.substr(1, last_colon - 1);
    const auto id = base::CommentId::from(cursor.substr(last_colon + 1));
    std::int64_t rank = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), rank);
    if (error != std::errc{} || end != number.data() + number.size() || !id) return refused;
    return SortKey{rank, *id};
}

std::string_view to_string(CommentSort sort) {
    return name_in(kSorts, sort);
}
std::optional<CommentSort> parse_comment_sort(std::string_view name) {
    return value_in(kSorts, name);
}

}  // namespace voxpop::domain
