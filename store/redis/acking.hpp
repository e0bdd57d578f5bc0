// What Ack::replicated asks of a call besides its answer: that replicas have it.
#pragma once

#include <cstdint>
#include <utility>

#include "store/redis/client/client.hpp"
#include "store/redis/store_options.hpp"

namespace voxpop::store::redis {

[[nodiscard]] inline Command acked(Command command, const StoreOptions& options) {
    if (options.ack == Ack::replicated)
        command.replicated(options.replicas, options.replica_timeout);
    return command;
}

// The call was executed, and is as safe as the operator wants it.
[[nodiscard]] inline bool is_acked(const CallResult& result, const StoreOptions& options) {
    const bool replicated = options.ack != Ack::replicated ||
                            result.replicas >= static_cast<std::int64_t>(options.replicas);
    return result.ok() && replicated;
}

}  // namespace voxpop::store::redis
