// The real program, in a folder of its own that goes with it, on a free port of 127.0.0.1; with the
// demo, and with the rates lifted that a benchmark would meet. What fails ends the benchmark.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "bench/support/socket.hpp"

namespace voxpop::bench {

class VoxpopProcess {
  public:
    // `binary`: where the program is. `store`: the URL of a Redis; empty: a new SQLite database.
    explicit VoxpopProcess(const std::string& binary, const std::string& store = {});
    ~VoxpopProcess();
    VoxpopProcess(const VoxpopProcess&) = delete;
    VoxpopProcess& operator=(const VoxpopProcess&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    // User and system time so far.
    [[nodiscard]] double cpu_seconds() const;

  private:
    [[noreturn]] void become(const std::string& binary, const std::string& store, int log) const;
    void read_port(int log);

    std::filesystem::path folder_;
    pid_t pid_ = 0;
    std::uint16_t port_ = 0;
    Socket log_;  // kept open: the server goes on logging
};

}  // namespace voxpop::bench
