// What this node was told last, of as many threads and boxes as fit: by it a node notices that
// Redis has come back with less.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>

#include "store/redis/batch.hpp"
#include "store/redis/bounds.hpp"

namespace voxpop::store::redis {

class Acknowledged {
  public:
    struct Known {
        std::uint64_t offset = 0;  // of the thread's stream
        domain::Counters counters{};
        std::unordered_map<domain::BoxId, std::uint64_t> boxes;  // versions
    };

    void note(const BatchResult& result) { note(result.changes); }
    void note(const std::vector<domain::Change>& changes) {
        for (const auto& change : changes) note(change);
    }
    void note(const domain::Change& change);

    [[nodiscard]] const std::unordered_map<base::ThreadId, Known>& threads() const {
        return threads_;
    }
    // Of the site's stream.
    void note_site(std::uint64_t offset) { site_offset_ = std::max(site_offset_, offset); }
    [[nodiscard]] std::uint64_t site_offset() const { return site_offset_; }
    // Redis has less: from here on, this much is known.
    void reset_offset(const base::ThreadId& thread, std::uint64_t offset);
    void reset_site_offset(std::uint64_t offset) { site_offset_ = offset; }
    void forget_counters(const base::ThreadId& thread);

  private:
    [[nodiscard]] Known& of(const base::ThreadId& thread);

    std::unordered_map<base::ThreadId, Known> threads_;
    std::size_t boxes_ = 0;
    std::uint64_t site_offset_ = 0;
};

}  // namespace voxpop::store::redis
