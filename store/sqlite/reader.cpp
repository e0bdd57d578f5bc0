#include "store/sqlite/reader.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "store/sqlite/rows.hpp"
#include "store/sqlite/schema.hpp"

namespace voxpop::store::sqlite {
namespace {

using namespace domain;
using enum base::ErrorCode;

std::string joined(std::string_view begin, std::string_view rest) {
    return std::string(begin).append(rest);
}

// SQLite's integers are signed; more than fits is as good as all.
std::int64_t at_most_all(std::uint64_t value) {
    constexpr auto all = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::min<std::uint64_t>(value, all));
}

}  // namespace

Reader::Reader(std::unique_ptr<Database> db)
    : db_(std::move(db)),
      epoch_(read_epoch(*db_)),
      polls_(*db_),
      pages_(*db_),
      begin_(*db_, "BEGIN"),
      end_(*db_, "COMMIT"),
      find_thread_(*db_, joined(kSelectThread, " WHERE t.id = ?1")),
      find_comment_(*db_, joined(kSelectComment, " WHERE c.id = ?1")),
      find_tally_(
          *db_,
          "SELECT version, voters, counts FROM boxes WHERE kind = ?1 AND subject = ?2 AND round = "
          "?3"
      ),
      find_ballot_(
          *db_,
          "SELECT options FROM ballots WHERE voter = ?4 AND box ="
          " (SELECT number FROM boxes WHERE kind = ?1 AND subject = ?2 AND round = ?3)"
      ),
      newest_offset_(
          *db_, "SELECT max(thread_offset) FROM log WHERE thread = ?1 AND thread_offset IS NOT NULL"
      ),
      newest_site_offset_(*db_, "SELECT max(site_offset) FROM log"),
      thread_log_(
          *db_, joined(
                    kSelectRecord,
                    " WHERE l.thread = ?1 AND l.thread_offset > ?2"
                    " ORDER BY l.thread_offset LIMIT ?3"
                )
      ),
      site_log_(
          *db_, joined(kSelectRecord, " WHERE l.site_offset > ?1 ORDER BY l.site_offset LIMIT ?2")
      ) {}

template <class Query>
auto Reader::in_one_moment(Query query) -> decltype(query()) {
    begin_.run();
    auto answer = query();
    end_.run();
    if (!db_->ok()) return std::unexpected(db_->error());
    return answer;
}

base::Result<ThreadView> Reader::thread(const base::ThreadId& id) {
    return in_one_moment([&]() -> base::Result<ThreadView> {
        auto row = find_thread_.query(id.view());
        if (!row.next()) return base::fail(thread_not_found);
        const auto number = row.integer(0);
        ThreadView view{
            .thread = thread_of(row, *db_),
            .counts = counts_of(id, row),
            .polls = {},
            .position = {epoch_, newest_offset(number)},
        };
        for (auto& poll : polls_.of_thread(number)) {
            const auto tally = tally_of(poll.box());
            view.polls.push_back({std::move(poll), tally});
        }
        return view;
    });
}

base::Result<CommentPage> Reader::comments(const PageRequest& request) {
    return in_one_moment([&]() -> base::Result<CommentPage> {
        const auto number = thread_number(request.thread);
        auto page = request.root.empty() ? pages_.top_level(number, request)
                                         : pages_.replies(number, request);
        if (page) page->position = {epoch_, newest_offset(number)};
        return page;
    });
}

base::Result<Comment> Reader::comment(base::CommentId id) {
    return in_one_moment([&]() -> base::Result<Comment> {
        auto row = find_comment_.query(id.value());
        if (!row.next()) return base::fail(comment_not_found);
        return comment_of(row, *db_);
    });
}

base::Result<PollView> Reader::poll(const base::PollId& id) {
    return in_one_moment([&]() -> base::Result<PollView> {
        auto row = polls_.find(id);
        if (!row) return base::fail(poll_not_found);
        const auto tally = tally_of(row->poll.box());
        return PollView{std::move(row->poll), tally};
    });
}

base::Result<std::vector<OptionSet>> Reader::ballots(
    const base::UserId& voter, const std::vector<BoxId>& boxes
) {
    return in_one_moment([&]() -> base::Result<std::vector<OptionSet>> {
        std::vector<OptionSet> out;
        for (const auto& box : boxes) {
            auto row = find_ballot_.query(
                static_cast<int>(box.kind), box.subject.view(), box.round, voter.view()
            );
            out.push_back(row.next() ? OptionSet(row.count(0)) : OptionSet{});
        }
        return out;
    });
}

base::Result<std::vector<StoredCounts>> Reader::counts(const std::vector<base::ThreadId>& threads) {
    return in_one_moment([&]() -> base::Result<std::vector<StoredCounts>> {
        std::vector<StoredCounts> out;
        for (const auto& id : threads) {
            auto row = find_thread_.query(id.view());
            out.push_back(row.next() ? counts_of(id, row) : StoredCounts{});
        }
        return out;
    });
}

base::Result<LogPage> Reader::thread_log(
    const base::ThreadId& id, std::uint64_t since, std::size_t limit
) {
    return in_one_moment([&]() -> base::Result<LogPage> {
        const auto number = thread_number(id);
        return LogPage{
            .records = records(thread_log_.query(number, at_most_all(since), at_most_all(limit))),
            .position = {epoch_, newest_offset(number)},
        };
    });
}

base::Result<LogPage> Reader::site_log(std::uint64_t since, std::size_t limit) {
    return in_one_moment([&]() -> base::Result<LogPage> {
        return LogPage{
            .records = records(site_log_.query(at_most_all(since), at_most_all(limit))),
            .position = {epoch_, newest_site_offset()},
        };
    });
}

base::Result<CommentPage> Reader::moderation(const ModerationRequest& request) {
    return in_one_moment([&]() -> base::Result<CommentPage> {
        const auto thread =
            request.thread ? std::optional(thread_number(*request.thread)) : std::nullopt;
        auto page = pages_.moderation(thread, request);
        if (page) page->position = {epoch_, newest_site_offset()};
        return page;
    });
}

base::Result<std::vector<Poll>> Reader::timed_polls() {
    return in_one_moment([&]() -> base::Result<std::vector<Poll>> {
        return polls_.moved_by_time();
    });
}

StoredCounts Reader::counts_of(const base::ThreadId& id, const Cursor& row) {
    const auto saves = tally_of(BoxId::save(id));
    return {
        .comments = row.count(8),
        .saves = saves.voters,
        .counters = {row.count(9), row.count(10), row.count(11)},
        .saves_version = saves.version,
    };
}

Tally Reader::tally_of(const BoxId& box) {
    auto row = find_tally_.query(static_cast<int>(box.kind), box.subject.view(), box.round);
    if (!row.next()) return {};
    return sqlite::tally_of(row.count(0), row.count(1), row.text(2), *db_);
}

std::uint64_t Reader::newest_offset(std::int64_t thread_number) {
    auto row = newest_offset_.query(thread_number);
    return row.next() ? row.count(0) : 0;
}

std::uint64_t Reader::newest_site_offset() {
    auto row = newest_site_offset_.query();
    return row.next() ? row.count(0) : 0;
}

// Zero, which no thread has, when there is none.
std::int64_t Reader::thread_number(const base::ThreadId& id) {
    auto row = find_thread_.query(id.view());
    return row.next() ? row.integer(0) : 0;
}

std::vector<LogRecord> Reader::records(Cursor rows) {
    std::vector<LogRecord> out;
    while (rows.next()) out.push_back(record_of(rows, *db_));
    return out;
}

}  // namespace voxpop::store::sqlite
