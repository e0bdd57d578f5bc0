#include "store/sqlite/statement.hpp"

namespace voxpop::store::sqlite {

Cursor::~Cursor() {
    // What the reset would report was noted by next().
    sqlite3_reset(statement_.handle_.get());
}

bool Cursor::next() {
    if (!statement_.db_.ok()) return false;
    const int result = sqlite3_step(statement_.handle_.get());
    if (result == SQLITE_ROW) return true;
    if (result != SQLITE_DONE) statement_.db_.fail(result);
    return false;
}

std::int64_t Cursor::integer(int column) const {
    return sqlite3_column_int64(statement_.handle_.get(), column);
}

std::uint64_t Cursor::count(int column) const {
    return static_cast<std::uint64_t>(integer(column));
}

std::string_view Cursor::text(int column) const {
    auto* handle = statement_.handle_.get();
    const auto* bytes = sqlite3_column_text(handle, column);
    if (bytes == nullptr) return {};
    const int size = sqlite3_column_bytes(handle, column);
    return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

std::optional<std::int64_t> Cursor::optional_integer(int column) const {
    if (sqlite3_column_type(statement_.handle_.get(), column) == SQLITE_NULL) return std::nullopt;
    return integer(column);
}

Statement::Statement(Database& db, std::string_view sql) : db_(db) {
    if (!db.ok()) return;
    sqlite3_stmt* prepared = nullptr;
    note(sqlite3_prepare_v3(
        db.handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &prepared,
        nullptr
    ));
    handle_.reset(prepared);
}

// Not copied: the text outlives the cursor. An empty view may point nowhere, which SQLite takes for
// NULL.
void Statement::bind(int index, std::string_view text) {
    if (!db_.ok()) return;
    const char* bytes = text.empty() ? "" : text.data();
    note(sqlite3_bind_text(handle_.get(), index, bytes, static_cast<int>(text.size()), nullptr));
}

void Statement::bind_integer(int index, std::int64_t value) {
    if (db_.ok()) note(sqlite3_bind_int64(handle_.get(), index, value));
}

void Statement::bind(int index, std::nullopt_t) {
    if (db_.ok()) note(sqlite3_bind_null(handle_.get(), index));
}

void Statement::note(int result_code) {
    if (result_code != SQLITE_OK) db_.fail(result_code);
}

}  // namespace voxpop::store::sqlite
