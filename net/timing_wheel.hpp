// Time-outs of many sessions with no timer object each: a ring of buckets, one per interval. An
// entry is a key and when it is due; it is never removed. Its owner remembers the time it waits for
// and ignores an entry that comes up for another time.
//
// Precision is one interval, late, never early. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace voxpop::net {

class TimingWheel {
  public:
    static constexpr base::Millis kInterval{100};
    static constexpr std::size_t kBuckets = 512;  // 51 s; what is due later goes round again

    explicit TimingWheel(base::Monotonic now) : reached_(interval_of(now)) {}

    void add(std::uint64_t key, base::Monotonic due) {
        // At least one interval ahead: the current bucket may be the one that is being emptied.
        const auto at = std::max(interval_of(due) + 1, reached_ + 1);
        buckets_[static_cast<std::size_t>(at) % kBuckets].push_back({key, due});
    }

    // Calls `fire(key, due)` for everything due by `now`. It may add() new entries.
    template <class Fire>
    void advance(base::Monotonic now, Fire&& fire) {
        const auto target = interval_of(now);
        while (reached_ < target) {
            ++reached_;
            auto& bucket = buckets_[static_cast<std::size_t>(reached_) % kBuckets];
            for (const auto& entry : std::exchange(bucket, {})) {
                if (interval_of(entry.due) < target) {
                    fire(entry.key, entry.due);
                } else {
                    add(entry.key, entry.due);
                }
            }
        }
    }

  private:
    struct Entry {
        std::uint64_t key;
        base::Monotonic due;
    };

    static std::int64_t interval_of(base::Monotonic time) {
        return std::chrono::duration_cast<base::Millis>(time.time_since_epoch()) / kInterval;
    }

    std::int64_t reached_;
    std::array<std::vector<Entry>, kBuckets> buckets_;
};

}  // namespace voxpop::net
