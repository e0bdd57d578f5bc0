// The writer's view of polls: definitions in memory, because every ballot asks for one.
// The writer's thread only.
#pragma once

#include <cstdint>

#include "store/sqlite/generation_cache.hpp"
#include "store/sqlite/poll_rows.hpp"

namespace voxpop::store::sqlite {

class PollTable {
  public:
    explicit PollTable(Database& db);

    // Valid until end_group(); nothing when there is no such poll.
    [[nodiscard]] PollRow* find(const base::PollId& id);
    [[nodiscard]] std::size_t count_in(std::int64_t thread_number);

    void add(const domain::Poll& poll, std::int64_t thread_number);
    void change(PollRow& row, const domain::Poll& poll);

    void end_group() { cache_.end_group(); }

  private:
    void put_options(std::int64_t number, const domain::Poll& poll);

    Database& db_;
    GenerationCache<base::PollId, PollRow> cache_;
    PollRows rows_;
    Statement count_;
    Statement add_;
    Statement change_;
    Statement drop_options_;
    Statement add_option_;
};

}  // namespace voxpop::store::sqlite
