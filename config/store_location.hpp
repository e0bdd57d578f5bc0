// What the store's settings mean: which kind, and where its files are.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "config/config.hpp"

namespace voxpop::config {

enum class StoreKind : std::uint8_t { sqlite, memory };

struct StoreLocation {
    StoreKind kind = StoreKind::sqlite;
    std::filesystem::path file;  // sqlite: the database; memory: empty

    // The folder where the server keeps what belongs to the store; nothing for memory.
    [[nodiscard]] std::optional<std::filesystem::path> folder() const;
};

// "sqlite:PATH", "memory:", or, where the URL is empty, voxpop.db in the data folder. The error is
// a sentence for the operator.
[[nodiscard]] std::expected<StoreLocation, std::string> locate_store(const StoreConfig& store);

}  // namespace voxpop::config
