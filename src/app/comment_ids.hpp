// Makes comment ids on one core: time, the core's origin, and a sequence, so that ids sort by time.
// Cores of a node have different origins; two nodes may happen to have the same one, and then may
// make the same id within the same millisecond. The store takes it once: whoever is refused leaves
// the origin for another and tries again (comment_writer.hpp). One thread.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.hpp"
#include "base/ids.hpp"

namespace voxpop::app {

class CommentIds {
  public:
    // `origin`: drawn by the node, plus the core's index.
    explicit CommentIds(std::uint64_t origin) : origin_(origin & kOriginMask) {}

    [[nodiscard]] base::CommentId next(base::Time now) {
        const auto ms = static_cast<std::uint64_t>(base::to_millis(now) - kEpochMs);
        // A clock that goes back must not repeat ids: the sequence goes on from the last one.
        const std::uint64_t slot = std::max(ms << kSequenceBits, last_ + 1);
        last_ = slot;
        const std::uint64_t sequence = slot & ((1U << kSequenceBits) - 1);
        return base::CommentId(
            slot >> kSequenceBits << (kSequenceBits + kOriginBits) | origin_ << kSequenceBits |
            sequence
        );
    }

    // Somebody else makes ids of this origin. The next one depends on the time as well, so that two
    // who leave the same origin do not meet again at the next.
    void leave_origin() { origin_ = (origin_ * kStride + last_ + 1) & kOriginMask; }

  private:
    static constexpr std::int64_t kEpochMs = 1'577'836'800'000;  // 2020-01-01
    static constexpr int kSequenceBits = 10;
    static constexpr int kOriginBits = 10;
    static constexpr std::uint64_t kOriginMask = (1U << kOriginBits) - 1;
    static constexpr std::uint64_t kStride = 397;

    std::uint64_t origin_;
    std::uint64_t last_ = 0;
};

}  // namespace voxpop::app
