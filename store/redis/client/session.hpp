// The first words on a new connection: AUTH, SELECT, and INFO to learn who answers and whether it
// is a primary that has its data. All sent at once.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "store/redis/client/client.hpp"
#include "store/redis/client/pipeline.hpp"

namespace voxpop::store::redis {

// What INFO says, or why this server cannot be used: not a primary, still loading, older than 7.0.
// `shard` and `address` are the caller's to fill. Pure.
[[nodiscard]] std::expected<ServerIdentity, std::string> read_info(std::string_view info);

// Sends AUTH as far as there is a password.
void authenticate(
    Pipeline& pipeline, const std::string& user, const std::string& password, Settle settle
);

// Calls `done` once; the error is a sentence. `pipeline` must be open.
void begin_session(
    Pipeline& pipeline, const ClientOptions& options,
    std::move_only_function<void(std::expected<ServerIdentity, std::string>)> done
);

}  // namespace voxpop::store::redis
