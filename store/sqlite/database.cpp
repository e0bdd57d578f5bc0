#include "store/sqlite/database.hpp"

#include <chrono>
#include <string_view>

namespace voxpop::store::sqlite {
namespace {

// Only somebody else's tool can hold a lock (servers exclude each other), and it will let go soon.
constexpr std::chrono::milliseconds kBusyTimeout{1'000};

// What an operator has to look at. Without paths: the sentence goes to clients, too.
std::string sentence_of(int result_code) {
    switch (result_code & 0xff) {  // the rest is detail of the same kind
        case SQLITE_FULL:
            return "the disk is full";
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return "another program holds a lock on the database";
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return "the database file is damaged";
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN:
            return "the database file cannot be opened for this";
        default:
            return std::string("the database failed: ") + sqlite3_errstr(result_code);
    }
}

}  // namespace

Database::Database(const std::filesystem::path& file, Mode mode) {
    // Every connection belongs to one thread at a time, so SQLite need not lock it.
    const int access = mode == Mode::read_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    const int flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    sqlite3* opened = nullptr;
    const int result = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
    handle_.reset(opened);  // there is one to close even when opening failed
    if (result != SQLITE_OK) {
        fail(result);
        return;
    }
    sqlite3_busy_timeout(opened, static_cast<int>(kBusyTimeout.count()));
}

void Database::exec(const std::string& sql) {
    if (!ok()) return;
    const int result = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) fail(result);
}

std::int64_t Database::last_insert() const {
    return sqlite3_last_insert_rowid(handle());
}

std::int64_t Database::rows_changed() const {
    return sqlite3_changes64(handle());
}

void Database::fail(int result_code) {
    if (error_) return;
    error_ = base::Error{base::ErrorCode::store_unavailable, sentence_of(result_code)};
}

void Database::fail_as_damaged(const std::string& what) {
    if (error_) return;
    error_ = base::Error{base::ErrorCode::store_unavailable, "the database is damaged: " + what};
}

}  // namespace voxpop::store::sqlite
