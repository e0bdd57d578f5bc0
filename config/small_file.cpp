#include "config/small_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace voxpop::config {
namespace {

constexpr std::size_t kSecretBytesMax = 16 * 1024;

// Closes a descriptor at the end of a scope.
class Closer {
  public:
    explicit Closer(int fd) : fd_(fd) {}
    ~Closer() { ::close(fd_); }
    Closer(const Closer&) = delete;
    Closer& operator=(const Closer&) = delete;

  private:
    int fd_;
};

std::unexpected<std::string> refuse(const std::filesystem::path& file, const std::string& why) {
    return std::unexpected("cannot read " + file.string() + ": " + why);
}

std::unexpected<std::string> refuse_errno(const std::filesystem::path& file) {
    return refuse(file, std::generic_category().message(errno));
}

}  // namespace

std::expected<std::string, std::string> read_small_file(
    const std::filesystem::path& file, std::size_t bytes_max
) {
    // Non-blocking, so that a pipe with nobody at its other end cannot hang the start.
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return refuse_errno(file);
    const Closer closer(fd);
    struct stat status{};
    if (::fstat(fd, &status) != 0) return refuse_errno(file);
    if (!S_ISREG(status.st_mode)) return refuse(file, "it is not a plain file");
    std::string content(bytes_max + 1, '\0');
    std::size_t used = 0;
    while (used < content.size()) {
        const auto count = ::read(fd, content.data() + used, content.size() - used);
        if (count < 0) return refuse_errno(file);
        if (count == 0) break;
        used += static_cast<std::size_t>(count);
    }
    if (used > bytes_max)
        return refuse(file, "it is larger than " + std::to_string(bytes_max) + " bytes");
    content.resize(used);
    return content;
}

std::expected<std::string, std::string> read_secret_text(const std::filesystem::path& file) {
    auto content = read_small_file(file, kSecretBytesMax);
    if (!content) return content;
    content->erase(content->find_last_not_of(" \t\r\n") + 1);
    return content;
}

}  // namespace voxpop::config
