#include "store/sqlite/poll_table.hpp"

#include "store/sqlite/rows.hpp"

namespace voxpop::store::sqlite {
namespace {

constexpr std::size_t kCachedPolls = 4'096;

}  // namespace

PollTable::PollTable(Database& db)
    : db_(db),
      cache_(kCachedPolls),
      rows_(db),
      count_(db, "SELECT count(*) FROM polls WHERE thread = ?1"),
      add_(
          db,
          "INSERT INTO polls (id, thread, question, min, max, policy, results, state, round,"
          " opens_at, closes_at, created, version)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
      ),
      change_(
          db,
          "UPDATE polls SET question = ?2, min = ?3, max = ?4, policy = ?5, results = ?6, state = "
          "?7,"
          " round = ?8, opens_at = ?9, closes_at = ?10, created = ?11, version = ?12 WHERE number "
          "= ?1"
      ),
      drop_options_(db, "DELETE FROM poll_options WHERE poll = ?1"),
      add_option_(
          db, "INSERT INTO poll_options (poll, position, id, label) VALUES (?1, ?2, ?3, ?4)"
      ) {}

PollRow* PollTable::find(const base::PollId& id) {
    if (auto* known = cache_.find(id)) return known;
    auto row = rows_.find(id);
    return row ? &cache_.add(id, std::move(*row)) : nullptr;
}

std::size_t PollTable::count_in(std::int64_t thread_number) {
    auto row = count_.query(thread_number);
    return row.next() ? static_cast<std::size_t>(row.integer(0)) : 0;
}

void PollTable::add(const domain::Poll& poll, std::int64_t thread_number) {
    add_.run(
        poll.id.view(), thread_number, std::string_view(poll.question), poll.min, poll.max,
        to_string(poll.policy), to_string(poll.results), to_string(poll.state), poll.round,
        millis_of(poll.opens_at), millis_of(poll.closes_at), base::to_millis(poll.created),
        poll.version
    );
    put_options(db_.last_insert(), poll);
}

void PollTable::change(PollRow& row, const domain::Poll& poll) {
    change_.run(
        row.number, std::string_view(poll.question), poll.min, poll.max, to_string(poll.policy),
        to_string(poll.results), to_string(poll.state), poll.round, millis_of(poll.opens_at),
        millis_of(poll.closes_at), base::to_millis(poll.created), poll.version
    );
    if (row.poll.options != poll.options) {
        drop_options_.run(row.number);
        put_options(row.number, poll);
    }
    row.poll = poll;
}

void PollTable::put_options(std::int64_t number, const domain::Poll& poll) {
    std::size_t position = 0;
    for (const auto& option : poll.options) {
        add_option_.run(number, position++, option.id.view(), std::string_view(option.label));
    }
}

}  // namespace voxpop::store::sqlite
