// The tables of the database, and how an older file becomes a newer one.
//
// The file says in application_id that it is Voxpop's, and in user_version how many of the
// migrations have been applied to it. A migration that was released is never changed; what changes
// is added as a new one.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "store/sqlite/database.hpp"

namespace voxpop::store::sqlite {

inline constexpr std::int32_t kApplicationId = 0x566f7870;  // "Voxp"

// All of them, oldest first.
[[nodiscard]] std::span<const std::string_view> migrations();

// Brings `db` up to date, one transaction per migration, so that an interruption leaves a whole
// version. The error is a sentence for the operator: the file is somebody else's, newer than this
// program, or cannot be written.
[[nodiscard]] std::expected<void, std::string> migrate(
    Database& db, std::span<const std::string_view> steps = migrations()
);

// The same look at a file that must be up to date already.
[[nodiscard]] std::expected<void, std::string> check_version(
    Database& db, std::span<const std::string_view> steps = migrations()
);

// The identity of the streams that this file holds: drawn at random when it is made, the same ever
// after.
[[nodiscard]] std::string read_epoch(Database& db);

}  // namespace voxpop::store::sqlite
