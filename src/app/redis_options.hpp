// What a RedisStore needs, from the configuration.
#pragma once

#include "config/config.hpp"
#include "config/redis_location.hpp"
#include "store/redis/store_options.hpp"

namespace voxpop::app {

[[nodiscard]] store::redis::StoreOptions redis_options(
    const config::Config& config, const config::RedisLocation& location
);

}  // namespace voxpop::app
