// What is logged, line by line, for tests of what the operator is told.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <system_error>

#include "base/log.hpp"

namespace voxpop::test {

class LogPipe {
  public:
    LogPipe() {
        if (::pipe2(ends_.data(), O_CLOEXEC) != 0)
            throw std::system_error(errno, std::generic_category(), "pipe2");
    }
    ~LogPipe() {
        for (const int end : ends_) ::close(end);
    }
    LogPipe(const LogPipe&) = delete;
    LogPipe& operator=(const LogPipe&) = delete;

    [[nodiscard]] base::Log log() const { return base::Log(base::LogLevel::info, ends_[1]); }
    // Waits for the next one; throws where none comes.
    std::string line() {
        std::string line;
        while (true) {
            if (!has_more(kPatienceMs)) throw std::runtime_error("nothing is logged");
            char c = 0;
            if (::read(ends_[0], &c, 1) != 1 || c == '\n') return line;
            line += c;
        }
    }
    // Nothing has been logged that line() has not given.
    [[nodiscard]] bool empty() const { return !has_more(0); }

  private:
    static constexpr int kPatienceMs = 20'000;

    [[nodiscard]] bool has_more(int patience_ms) const {
        pollfd waiting{.fd = ends_[0], .events = POLLIN, .revents = 0};
        return ::poll(&waiting, 1, patience_ms) == 1;
    }

    std::array<int, 2> ends_{};
};

}  // namespace voxpop::test
