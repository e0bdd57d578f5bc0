// Rate limits: token buckets, one per (who, what), in a bounded table. Pure; time is passed in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "base/clock.hpp"

namespace voxpop::domain {

// `burst` at once, refilled evenly with `per_minute`. Zero per_minute: unlimited.
struct Rate {
    std::uint32_t burst = 0;
    std::uint32_t per_minute = 0;
    friend bool operator==(const Rate&, const Rate&) = default;
};

class TokenBucket {
  public:
    // Takes one token if there is one. `now` must not go back.
    [[nodiscard]] bool take(const Rate& rate, base::Monotonic now);
    // Whether the bucket is full again, so that forgetting it changes nothing.
    [[nodiscard]] bool is_full(const Rate& rate, base::Monotonic now) const;

  private:
    double used_ = 0;  // tokens taken and not refilled yet
    base::Monotonic last_{};
};

// Buckets by a 64-bit hash of who is limited. When the table is full, full buckets are dropped; if
// none is, newcomers are refused: a flood of identities must not open the gate (nor make every
// newcomer search the table: that happens at most once a second). One thread.
class QuotaTable {
  public:
    QuotaTable(Rate rate, std::size_t entries_max) : rate_(rate), entries_max_(entries_max) {}
    [[nodiscard]] bool take(std::uint64_t who, base::Monotonic now);
    [[nodiscard]] std::size_t size() const { return buckets_.size(); }

  private:
    void drop_full(base::Monotonic now);

    Rate rate_;
    std::size_t entries_max_;
    std::optional<base::Monotonic> swept_;  // when full buckets were last looked for
    std::unordered_map<std::uint64_t, TokenBucket> buckets_;
};

}  // namespace voxpop::domain
