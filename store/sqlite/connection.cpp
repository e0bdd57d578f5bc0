#include "store/sqlite/connection.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace voxpop::store::sqlite {
namespace {

// synchronous: the write-ahead log is synced on every commit, so that power may fail after it.
// wal_autocheckpoint, in pages (16 MiB): votes touch pages at random, and a page that changed many
// times since the last checkpoint is copied once; larger would make the commit that copies slow.
// cache_size is in KiB when negative. journal_size_limit cuts the log back after a burst.
constexpr const char* kWriterPragmas = R"sql(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 4000;
PRAGMA cache_size = -65536;
PRAGMA journal_size_limit = 67108864;
PRAGMA temp_store = MEMORY;
)sql";

constexpr const char* kReaderPragmas = R"sql(
PRAGMA query_only = ON;
PRAGMA cache_size = -16384;
PRAGMA temp_store = MEMORY;
)sql";

[[noreturn]] void refuse(const std::filesystem::path& file, const std::error_code& why) {
    throw std::runtime_error("cannot make the database " + file.string() + ": " + why.message());
}

}  // namespace

std::unique_ptr<Database> open_for_writing(const std::filesystem::path& file) {
    auto db = std::make_unique<Database>(file, Database::Mode::read_write);
    db->exec(kWriterPragmas);
    return db;
}

std::unique_ptr<Database> open_for_reading(const std::filesystem::path& file) {
    auto db = std::make_unique<Database>(file, Database::Mode::read_only);
    db->exec(kReaderPragmas);
    return db;
}

void make_database_file(const std::filesystem::path& file) {
    std::error_code why;
    if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), why);
    if (why) refuse(file, why);
    if (std::filesystem::exists(file)) return;
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (descriptor < 0) refuse(file, {errno, std::generic_category()});
    ::close(descriptor);
}

}  // namespace voxpop::store::sqlite
