// Keeps a second server off a database file. SQLite would let both write in turn, but each keeps
// tallies and offsets in memory between its writes. The lock is on a file beside the database,
// because closing any descriptor of the database itself would drop SQLite's own locks (POSIX). It
// goes with the process.
#pragma once

#include <filesystem>

namespace voxpop::store::sqlite {

class FileLock {
  public:
    // Throws std::runtime_error with a sentence for the operator when `file` cannot be made, or
    // somebody else holds it.
    explicit FileLock(const std::filesystem::path& file);
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

  private:
    int descriptor_ = -1;
};

}  // namespace voxpop::store::sqlite
