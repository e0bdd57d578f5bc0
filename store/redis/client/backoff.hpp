// How long to wait before the next try to connect: full jitter. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

#include "store/redis/client/options.hpp"

namespace voxpop::store::redis {

class Backoff {
  public:
    explicit Backoff(BackoffOptions options, std::uint64_t seed = std::random_device{}())
        : options_(options), random_(seed) {}

    // Evenly between zero and first · 2^(failures so far), at most `longest`.
    [[nodiscard]] std::chrono::milliseconds next() {
        const auto ceiling =
            std::min(options_.longest, options_.first * (std::int64_t{1} << doublings_));
        if (ceiling < options_.longest) ++doublings_;
        std::uniform_int_distribution<std::int64_t> even(0, ceiling.count());
        return std::chrono::milliseconds(even(random_));
    }
    // A connection stood: the next loss begins at `first` again.
    void reset() { doublings_ = 0; }

  private:
    BackoffOptions options_;
    std::mt19937_64 random_;
    int doublings_ = 0;  // stops where `longest` is reached, so the shift stays small
};

}  // namespace voxpop::store::redis
