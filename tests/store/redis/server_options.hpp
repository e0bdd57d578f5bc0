// How a store reaches a server of the tests.
#pragma once

#include "store/redis/store_options.hpp"
#include "tests/store/redis/redis_server.hpp"

namespace voxpop::store::redis {

[[nodiscard]] inline StoreOptions options_for(const test::RedisServer& server) {
    StoreOptions options;
    options.client.endpoints.push_back({.host = "127.0.0.1", .port = server.port(), .path = {}});
    options.log = base::Log(base::LogLevel::off);
    return options;
}

}  // namespace voxpop::store::redis
