// A secret that the nodes of a Redis share (secrets.hpp), for a tool beside them.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "store/redis/store_options.hpp"

namespace voxpop::store::redis {

// The secret of that name. Blocking; makes and changes nothing. The error is a sentence for the
// operator: Redis is away, or no node has been there.
[[nodiscard]] std::expected<std::string, std::string> find_secret(
    const StoreOptions& options, std::string_view name
);

}  // namespace voxpop::store::redis
