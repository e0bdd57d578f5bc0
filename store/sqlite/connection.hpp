// How connections to the store's database are set up, and the names of its files.
#pragma once

#include <filesystem>
#include <memory>

#include "store/sqlite/database.hpp"

namespace voxpop::store::sqlite {

// The database in a data folder.
inline constexpr const char* kDatabaseFile = "voxpop.db";

[[nodiscard]] inline std::filesystem::path lock_file_of(const std::filesystem::path& database) {
    return database.string() + ".lock";
}

// For the one writer: a commit is on the disk when it returns. What fails is in the database's
// error().
[[nodiscard]] std::unique_ptr<Database> open_for_writing(const std::filesystem::path& file);

// For queries and checks: cannot write, never waits for the writer and never makes it wait.
[[nodiscard]] std::unique_ptr<Database> open_for_reading(const std::filesystem::path& file);

// Makes an empty file, for its owner to write and its group to read, where there is none, and the
// folders above it. SQLite gives its side files the same rights. Throws std::runtime_error with a
// sentence.
void make_database_file(const std::filesystem::path& file);

}  // namespace voxpop::store::sqlite
