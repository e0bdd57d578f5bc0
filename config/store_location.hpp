// What the store's settings mean: which kind, and where it is.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "config/config.hpp"
#include "config/redis_location.hpp"

namespace voxpop::config {

enum class StoreKind : std::uint8_t { sqlite, memory, redis };

struct StoreLocation {
    StoreKind kind = StoreKind::sqlite;
    std::filesystem::path file;  // sqlite: the database
    RedisLocation redis{};       // redis: the servers

    // The folder where the server keeps what belongs to the store; nothing where the store has none
    // on this machine.
    [[nodiscard]] std::optional<std::filesystem::path> folder() const;
};

// "sqlite:PATH", "memory:", a URL of Redis (redis_location.hpp), or, where the URL is empty,
// voxpop.db in the data folder. The error is a sentence for the operator, without a password.
[[nodiscard]] std::expected<StoreLocation, std::string> locate_store(const StoreConfig& store);

}  // namespace voxpop::config
