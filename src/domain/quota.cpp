#include "domain/quota.hpp"

#include <algorithm>
#include <chrono>

namespace voxpop::domain {
namespace {

// Sums of refills carry rounding errors far below one token; they must not cost anybody a token.
constexpr double kRounding = 1e-6;

// Looking for full buckets walks the table, so a flood may cause it once in this time, not per
// newcomer.
constexpr auto kSweepInterval = std::chrono::seconds(1);

double used_at(double used, const Rate& rate, base::Monotonic last, base::Monotonic now) {
    const std::chrono::duration<double, std::ratio<60>> minutes = now - last;
    return std::max(0.0, used - minutes.count() * rate.per_minute);
}

}  // namespace

bool TokenBucket::take(const Rate& rate, base::Monotonic now) {
    if (rate.per_minute == 0) return true;
    used_ = used_at(used_, rate, last_, now);
    last_ = now;
    if (used_ + 1 > rate.burst + kRounding) return false;
    used_ += 1;
    return true;
}

bool TokenBucket::is_full(const Rate& rate, base::Monotonic now) const {
    return used_at(used_, rate, last_, now) <= kRounding;
}

bool QuotaTable::take(std::uint64_t who, base::Monotonic now) {
    if (rate_.per_minute == 0) return true;
    if (const auto at = buckets_.find(who); at != buckets_.end())
        return at->second.take(rate_, now);
    if (buckets_.size() >= entries_max_) drop_full(now);
    if (buckets_.size() >= entries_max_) return false;
    return buckets_[who].take(rate_, now);
}

void QuotaTable::drop_full(base::Monotonic now) {
    if (swept_ && now - *swept_ < kSweepInterval) return;
    swept_ = now;
    std::erase_if(buckets_, [&](const auto& entry) { return entry.second.is_full(rate_, now); });
}

}  // namespace voxpop::domain
