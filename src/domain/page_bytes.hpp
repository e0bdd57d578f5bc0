// How long a page of comments is in bytes, and how to shorten one: comments are counted when a page
// is asked for, but it is bytes that have to be kept, sent and rendered.
//
// Pure.
#pragma once

#include <cstddef>

#include "domain/queries.hpp"

namespace voxpop::domain {

// At most what the comments take in JSON.
[[nodiscard]] std::size_t json_bytes_max(const std::vector<Comment>& comments);

// Drops comments from the end until what is left takes `bytes_max`, but never a reply without the
// rest of its top-level comment's, and never all: `next` then leads to those that were dropped.
// `sort` is the page's order.
void shorten(CommentPage& page, CommentSort sort, std::size_t bytes_max);
// The same of the answer to `request`.
void shorten(CommentPage& page, const PageRequest& request, std::size_t bytes_max);

}  // namespace voxpop::domain
