// The part that all calls for pages share: thread, root, sort, cursor, limit.
#pragma once

#include "app/rpc/params.hpp"
#include "domain/queries.hpp"

namespace voxpop::app {

// Error: bad_request.
[[nodiscard]] base::Result<domain::PageRequest> page_request(const Params& params, bool staff);

// A page size within kPageCommentsMax. Error: bad_request.
[[nodiscard]] base::Result<std::size_t> page_limit(std::optional<std::uint64_t> wanted);

}  // namespace voxpop::app
