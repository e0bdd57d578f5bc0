// Reads polls with their options, for the writer and for queries. The connection's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "domain/poll.hpp"
#include "store/sqlite/statement.hpp"

namespace voxpop::store::sqlite {

struct PollRow {
    std::int64_t number = 0;
    domain::Poll poll;
};

class PollRows {
  public:
    explicit PollRows(Database& db);

    [[nodiscard]] std::optional<PollRow> find(const base::PollId& id);
    // Oldest first.
    [[nodiscard]] std::vector<domain::Poll> of_thread(std::int64_t thread_number);
    [[nodiscard]] std::vector<domain::Poll> moved_by_time();

  private:
    [[nodiscard]] std::vector<domain::Poll> all(Cursor& rows);
    [[nodiscard]] PollRow read(const Cursor& row);

    Database& db_;
    Statement find_;
    Statement of_thread_;
    Statement timed_;
    Statement options_;
};

}  // namespace voxpop::store::sqlite
