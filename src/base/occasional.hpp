// Lets one of many like lines into the log, so that who knocks again and again does not fill it.
//
// Thread safety: none.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "base/clock.hpp"

namespace voxpop::base {

class Occasional {
  public:
    // At most one line in `interval`.
    explicit Occasional(Monotonic::duration interval = std::chrono::minutes(1))
        : interval_(interval) {}

    // Whether this one is told, with how many were not since the last that was.
    [[nodiscard]] std::optional<std::uint64_t> due(Monotonic now) {
        if (last_ && now - *last_ < interval_) {
            ++untold_;
            return std::nullopt;
        }
        last_ = now;
        return std::exchange(untold_, 0);
    }

  private:
    Monotonic::duration interval_;
    std::optional<Monotonic> last_;
    std::uint64_t untold_ = 0;
};

}  // namespace voxpop::base
