#include "store/sqlite/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace voxpop::store::sqlite {

FileLock::FileLock(const std::filesystem::path& file)
    : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640)) {
    if (descriptor_ < 0) {
        const std::error_code why(errno, std::generic_category());
        throw std::runtime_error(
            "cannot open the lock file " + file.string() + ": " + why.message()
        );
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
    const std::error_code why(errno, std::generic_category());
    ::close(descriptor_);
    if (why == std::errc::operation_would_block) {
        throw std::runtime_error(
            "another server is using this database: it holds " + file.string() +
            ". Stop that server first, or give this one a data folder of its own"
        );
    }
    throw std::runtime_error("cannot lock " + file.string() + ": " + why.message());
}

FileLock::~FileLock() {
    ::close(descriptor_);  // the file stays: removing it would race the next to lock it
}

}  // namespace voxpop::store::sqlite
