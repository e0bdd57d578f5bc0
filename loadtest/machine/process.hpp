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

// The sum over processes.
[[nodiscard]] ProcessUse sum_use(const std::vector<pid_t>& pids);

// "Linux 6.1.0 x86_64, 2 cores".
[[nodiscard]] std::string describe_system();

}  // namespace voxpop::load
