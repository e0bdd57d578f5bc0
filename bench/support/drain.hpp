// The subscribers of a benchmark, all on one thread: it takes what comes and counts the bytes. Lets
// the publishing side wait until everything has arrived, so that no socket is ever full.
//
// add() before the first expect(); expect() and wait() from one thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "bench/support/socket.hpp"

namespace voxpop::bench {

class Drain {
  public:
    Drain();
    ~Drain();
    Drain(const Drain&) = delete;
    Drain& operator=(const Drain&) = delete;

    void add(const Socket& socket);
    // The bytes that come next, from all sockets together.
    void expect(std::uint64_t bytes);
    // Until they are here.
    void wait();

  private:
    void run();

    Socket epoll_;
    Socket stop_;
    std::atomic<std::uint64_t> expected_{0};
    std::atomic<std::uint64_t> received_{0};
    std::atomic<bool> complete_{true};
    std::thread thread_;
};

}  // namespace voxpop::bench
