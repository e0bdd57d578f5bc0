// The processor time of one thread, readable from any other: what a benchmark divides by, so that
// neither its clients nor the neighbours on the machine count.
#pragma once

#include <pthread.h>

#include <ctime>

namespace voxpop::bench {

class ThreadCpu {
  public:
    // `thread` must run for as long as this is asked.
    explicit ThreadCpu(pthread_t thread) { pthread_getcpuclockid(thread, &clock_); }

    // User and system time so far, in seconds.
    [[nodiscard]] double seconds() const {
        timespec time{};
        clock_gettime(clock_, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
    }

  private:
    clockid_t clock_{};
};

}  // namespace voxpop::bench
