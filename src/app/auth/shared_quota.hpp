// A quota table that all cores share, so that a limit is one for the process, however somebody's
// connections are spread. Cut into shards with a lock each: two cores rarely want the same one, and
// what is done under it takes some nanoseconds. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>

#include "domain/quota.hpp"

namespace voxpop::app {

class SharedQuota {
  public:
    SharedQuota(domain::Rate rate, std::size_t entries_max) : unlimited_(rate.per_minute == 0) {
        for (auto& shard : shards_)
            shard = std::make_unique<Shard>(rate, (entries_max + kShards - 1) / kShards);
    }

    [[nodiscard]] bool take(std::uint64_t who, base::Monotonic now) {
        if (unlimited_) return true;
        // Addresses differ in few bits: spread them (Knuth's multiplicative hash).
        Shard& shard = *shards_[(who * 0x9e37'79b9'7f4a'7c15ULL) >> (64 - kShardBits)];
        const std::lock_guard lock(shard.mutex);
        return shard.table.take(who, now);
    }

  private:
    static constexpr int kShardBits = 6;
    static constexpr std::size_t kShards = std::size_t{1} << kShardBits;
    struct alignas(64) Shard {
        Shard(domain::Rate rate, std::size_t entries_max) : table(rate, entries_max) {}
        std::mutex mutex;
        domain::QuotaTable table;
    };

    bool unlimited_;
    std::array<std::unique_ptr<Shard>, kShards> shards_;
};

}  // namespace voxpop::app
