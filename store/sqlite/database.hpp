// A connection to an SQLite database file, and the words for what can go wrong with it.
//
// Errors stick: after the first one every statement of the connection does nothing and finds
// nothing, until clear_error(). So the code between BEGIN and COMMIT reads straight down, and is
// checked once, before anything is committed or answered: a decision made on a read that failed
// never gets out.
//
// One thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace voxpop::store::sqlite {

class Database {
  public:
    enum class Mode : std::uint8_t { read_write, read_only };

    // Opens `file`, which must exist. What fails is in error().
    Database(const std::filesystem::path& file, Mode mode);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    [[nodiscard]] bool ok() const { return !error_; }
    // Error: always store_unavailable. There must be one.
    [[nodiscard]] const base::Error& error() const { return *error_; }
    void clear_error() { error_.reset(); }

    // Runs statements that give no rows and take no parameters, up to the first that fails.
    void exec(const std::string& sql);

    // The number of the row that the last INSERT made.
    [[nodiscard]] std::int64_t last_insert() const;
    // How many rows the last INSERT, UPDATE or DELETE wrote.
    [[nodiscard]] std::int64_t rows_changed() const;

    // Notes a result code of SQLite's that means failure; keeps the first.
    void fail(int result_code);
    // Notes content that cannot be right, such as a state that nobody knows.
    void fail_as_damaged(const std::string& what);

    [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

  private:
    struct Close {
        void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
    };

    std::unique_ptr<sqlite3, Close> handle_;
    std::optional<base::Error> error_;
};

}  // namespace voxpop::store::sqlite
