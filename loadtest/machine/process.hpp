// What Linux says about processes: our own memory, and the server's CPU and memory where it runs on
// this machine and may be looked at. Reads /proc; any thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "loadtest/target.hpp"

namespace voxpop::load {

struct ProcessUse {
    double cpu_seconds = 0;
    std::uint64_t memory_bytes = 0;  // resident
};

// Zeros for a process that is gone.
[[nodiscard]] ProcessUse process_use(pid_t pid);

// The processes that listen on the targets' ports, for targets on this machine; those that may not
// be looked at are not found.
[[nodiscard]] std::vector<pid_t> listeners(const std::vector<Target>& targets);

// The servers of a run, through their restarts. One thread.
class ServerProcesses {
  public:
    explicit ServerProcesses(std::vector<Target> targets);

    // What all of them have used of the processors since the run began, those that ended included;
    // and the memory of those that live. Looks for new ones where one has ended.
    ProcessUse look();
    [[nodiscard]] bool seen() const { return !all_.empty(); }
    // Those that ended while they were looked at.
    [[nodiscard]] std::size_t ended() const { return ended_; }

  private:
    struct One {
        pid_t pid = 0;
        bool ended = false;
        double cpu_seconds = 0;
    };
    void find();

    std::vector<Target> targets_;
    std::vector<One> all_;
    std::size_t ended_ = 0;
    bool incomplete_ = false;  // one has ended, and none has come in its place
};

// "Linux 6.1.0 x86_64, 2 cores".
[[nodiscard]] std::string describe_system();

}  // namespace voxpop::load
