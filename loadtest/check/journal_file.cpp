#include "loadtest/check/journal_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <system_error>
#include <utility>

namespace voxpop::load {

namespace {

std::unexpected<std::string> failed(const std::string& name) {
    return std::unexpected(name + ": " + std::generic_category().message(errno));
}

}  // namespace

std::expected<JournalFile, std::string> JournalFile::create(const std::string& path) {
    constexpr int kMode = 0644;
    if (!path.empty()) {
        const int fd =
            ::open(path.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_APPEND | O_CLOEXEC, kMode);
        if (fd < 0) return failed(path);
        return JournalFile(fd, path);
    }
    std::string name = "/tmp/voxpop-load-XXXXXX";
    const int fd = ::mkostemp(name.data(), O_APPEND | O_CLOEXEC);
    if (fd < 0) return failed("a temporary journal");
    ::unlink(name.c_str());
    return JournalFile(fd, "the temporary journal");
}

std::expected<JournalFile, std::string> JournalFile::open(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failed(path);
    return JournalFile(fd, path);
}

JournalFile::JournalFile(JournalFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), name_(std::move(other.name_)) {}

JournalFile::~JournalFile() {
    if (fd_ >= 0) ::close(fd_);
}

bool JournalFile::append(const std::vector<Entry>& entries) const {
    JournalWriter writer(fd_);
    for (const Entry& entry : entries) writer.write(entry);
    writer.flush();
    return !writer.failed();
}

std::expected<void, std::string> JournalFile::for_each(const Each& each) const {
    constexpr std::size_t kChunk = 1 << 20;
    std::string buffer;
    std::size_t line_number = 0;
    ::off_t offset = 0;
    for (;;) {
        const std::size_t held = buffer.size();
        buffer.resize(held + kChunk);
        const auto n = ::pread(fd_, buffer.data() + held, kChunk, offset);
        if (n < 0) return failed(name_);
        buffer.resize(held + static_cast<std::size_t>(n));
        if (n == 0) return {};
        offset += n;
        std::size_t at = 0;
        for (auto end = buffer.find('\n'); end != std::string::npos; end = buffer.find('\n', at)) {
            ++line_number;
            const auto entry = parse_line(std::string_view(buffer).substr(at, end - at));
            if (!entry) {
                return std::unexpected(
                    name_ + ", line " + std::to_string(line_number) + ": " + entry.error()
                );
            }
            each(*entry);
            at = end + 1;
        }
        buffer.erase(0, at);
    }
}

bool agrees(const std::vector<Entry>& after) {
    std::map<std::string, std::string> seen;
    std::map<std::string, std::uint64_t> newest;  // by channel, as the history has it
    for (const Entry& entry : after) {
        if (const auto* published = std::get_if<entry::Published>(&entry)) {
            auto& offset = newest[published->channel];
            offset = std::max(offset, published->offset);
        }
    }
    for (const Entry& entry : after) {
        if (const auto* thread = std::get_if<entry::ThreadState>(&entry)) {
            const auto at = newest.find("thread:" + thread->thread);
            if (at != newest.end() && at->second > thread->offset) return false;
        }
        const auto* poll = std::get_if<entry::PollState>(&entry);
        if (poll == nullptr || poll->options.empty()) continue;
        const auto [at, is_new] = seen.try_emplace(poll->poll, poll->options);
        if (!is_new && at->second != poll->options) return false;
    }
    return true;
}

}  // namespace voxpop::load
