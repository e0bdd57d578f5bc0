// Makes comment ids on one core: time, node and core, and a sequence, so that ids of all cores and
// nodes differ and sort by time. One thread.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.hpp"
#include "base/ids.hpp"

namespace voxpop::app {

class CommentIds {
  public:
    // `origin`: 10 bits that no other core of the installation uses at the same time.
    explicit CommentIds(std::uint64_t origin) : origin_(origin & 0x3ff) {}

    [[nodiscard]] base::CommentId next(base::Time now) {
        const auto ms = static_cast<std::uint64_t>(base::to_millis(now) - kEpochMs);
        // A clock that goes back must not repeat ids: the sequence goes on from the last one.
        const std::uint64_t slot = std::max(ms << kSequenceBits, last_ + 1);
        last_ = slot;
        const std::uint64_t sequence = slot & ((1 << kSequenceBits) - 1);
        return base::CommentId(
            slot >> kSequenceBits << (kSequenceBits + kOriginBits) | origin_ << kSequenceBits |
            sequence
        );
    }

  private:
    static constexpr std::int64_t kEpochMs = 1'577'836'800'000;  // 2020-01-01
    static constexpr int kSequenceBits = 10;
    static constexpr int kOriginBits = 10;

    std::uint64_t origin_;
    std::uint64_t last_ = 0;
};

}  // namespace voxpop::app
