// The orders of comments, as numbers: every store sorts by the same keys, so that a page is the
// same wherever it comes from, and a cursor is a key and an id, so that new comments never shift a
// page.
//
// A comment comes before another when its rank is larger; equal ranks are ordered by id, newest
// first (oldest first for CommentSort::oldest).
//
//   newest, oldest  the time of creation
//   most_replies    visible replies
//   most_liked      likes − dislikes
//   best            the lower bound of the Wilson score interval (Wilson 1927) of the share of
//   likes at
//                   z = 1.2816, the 90 % one-sided bound: few votes count for less than many
//   controversial   votes × (smaller side ÷ larger side): many votes, evenly split
//
// Pure. Fractions are rounded to fixed point, so that keys compare and travel exactly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "domain/comment.hpp"
#include "domain/queries.hpp"

namespace voxpop::domain {

struct SortKey {
    std::int64_t rank = 0;
    base::CommentId id;
    friend bool operator==(const SortKey&, const SortKey&) = default;
};

// `comment` with its likes, dislikes and replies filled in.
[[nodiscard]] SortKey sort_key(const Comment& comment, CommentSort sort);

[[nodiscard]] bool comes_before(const SortKey& a, const SortKey& b, CommentSort sort);

// Between 0 and 1; 0 without votes.
[[nodiscard]] double wilson_lower_bound(std::uint64_t likes, std::uint64_t dislikes);
[[nodiscard]] double controversy(std::uint64_t likes, std::uint64_t dislikes);

// The cursor of a page whose last comment has `key`. parse_cursor() answers bad_request for what
// encode_cursor() did not make for the same order.
[[nodiscard]] std::string encode_cursor(const SortKey& key, CommentSort sort);
[[nodiscard]] base::Result<SortKey> parse_cursor(std::string_view cursor, CommentSort sort);

[[nodiscard]] std::string_view to_string(CommentSort sort);
[[nodiscard]] std::optional<CommentSort> parse_comment_sort(std::string_view name);

}  // namespace voxpop::domain
