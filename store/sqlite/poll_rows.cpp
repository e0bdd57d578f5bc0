#include "store/sqlite/poll_rows.hpp"

#include "store/sqlite/rows.hpp"

namespace voxpop::store::sqlite {
namespace {

using namespace domain;

constexpr std::string_view kSelectPoll =
    "SELECT p.number, p.id, t.id, p.question, p.min, p.max, p.policy, p.results, p.state, p.round,"
    " p.opens_at, p.closes_at, p.created, p.version"
    " FROM polls p CROSS JOIN threads t ON t.number = p.thread";

std::string select_poll(std::string_view rest) {
    return std::string(kSelectPoll).append(rest);
}

}  // namespace

PollRows::PollRows(Database& db)
    : db_(db),
      find_(db, select_poll(" WHERE p.id = ?1")),
      of_thread_(db, select_poll(" WHERE p.thread = ?1 ORDER BY p.number")),
      timed_(
          db, select_poll(" WHERE (p.state = 'scheduled' AND p.opens_at IS NOT NULL)"
                          " OR (p.state IN ('open', 'paused') AND p.closes_at IS NOT NULL)")
      ),
      options_(db, "SELECT id, label FROM poll_options WHERE poll = ?1 ORDER BY position") {}

std::optional<PollRow> PollRows::find(const base::PollId& id) {
    auto row = find_.query(id.view());
    if (!row.next()) return std::nullopt;
    return read(row);
}

std::vector<Poll> PollRows::of_thread(std::int64_t thread_number) {
    auto rows = of_thread_.query(thread_number);
    return all(rows);
}

std::vector<Poll> PollRows::moved_by_time() {
    auto rows = timed_.query();
    return all(rows);
}

std::vector<Poll> PollRows::all(Cursor& rows) {
    std::vector<Poll> out;
    while (rows.next()) out.push_back(read(rows).poll);
    return out;
}

PollRow PollRows::read(const Cursor& row) {
    Poll poll{
        .id = id_of<base::PollId>(row.text(1), db_),
        .thread = id_of<base::ThreadId>(row.text(2), db_),
        .question = row.string(3),
        .options = {},
        .min = static_cast<std::uint8_t>(row.integer(4)),
        .max = static_cast<std::uint8_t>(row.integer(5)),
        .policy = known(parse_ballot_policy(row.text(6)), db_),
        .results = known(parse_results_policy(row.text(7)), db_),
        .state = known(parse_poll_state(row.text(8)), db_),
        .round = static_cast<std::uint32_t>(row.integer(9)),
        .opens_at = time_of(row.optional_integer(10)),
        .closes_at = time_of(row.optional_integer(11)),
        .created = base::from_millis(row.integer(12)),
        .version = static_cast<std::uint32_t>(row.integer(13)),
    };
    const auto number = row.integer(0);
    auto options = options_.query(number);
    while (options.next()) {
        poll.options.push_back({id_of<base::OptionId>(options.text(0), db_), options.string(1)});
    }
    return {number, std::move(poll)};
}

}  // namespace voxpop::store::sqlite
