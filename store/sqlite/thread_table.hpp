// The writer's view of threads: their definitions, what is counted of them, the end of their
// streams.
//
// What moves with every comment and every tap is read once and kept in memory; counts are written
// once per group by flush(). The writer's thread only.
#pragma once

#include <cstdint>
#include <vector>

#include "domain/thread.hpp"
#include "store/sqlite/generation_cache.hpp"
#include "store/sqlite/statement.hpp"

namespace voxpop::store::sqlite {

class ThreadTable {
  public:
    struct Entry {
        std::int64_t number = 0;
        std::uint32_t version = 0;   // of the definition
        std::uint64_t comments = 0;  // visible ones
        domain::Counters counters{};
        std::uint64_t offset = 0;  // the newest in its stream
        bool dirty = false;        // the row has older counts
    };

    explicit ThreadTable(Database& db);

    // Valid until end_group(); nothing when there is no such thread.
    [[nodiscard]] Entry* find(const base::ThreadId& id);

    void add(const domain::Thread& thread);
    void change(Entry& entry, const domain::Thread& thread);
    void add_comments(Entry& entry, int delta);
    void add_counters(Entry& entry, const domain::Counters& by);

    void flush();
    void end_group() { cache_.end_group(); }

  private:
    GenerationCache<base::ThreadId, Entry> cache_;
    void mark(Entry& entry);

    std::vector<Entry*> dirty_;
    Statement find_;
    Statement add_;
    Statement change_;
    Statement put_counts_;
};

}  // namespace voxpop::store::sqlite
