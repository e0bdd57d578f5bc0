// One reading connection and the answers to queries. Each answer is read in one transaction, so it
// is one moment of the store; it never waits for the writer.
//
// One thread at a time. Errors that are not a query's own: store_unavailable.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/queries.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/page_queries.hpp"
#include "store/sqlite/poll_rows.hpp"
#include "store/sqlite/statement.hpp"

namespace voxpop::store::sqlite {

class Reader {
  public:
    explicit Reader(std::unique_ptr<Database> db);

    // A reader that is not ok answers nothing any more; open another.
    [[nodiscard]] bool ok() const { return db_->ok(); }
    [[nodiscard]] const base::Error& error() const { return db_->error(); }

    // Queries, as domain::Store has them.
    [[nodiscard]] base::Result<domain::ThreadView> thread(const base::ThreadId& id);
    [[nodiscard]] base::Result<domain::CommentPage> comments(const domain::PageRequest& request);
    [[nodiscard]] base::Result<domain::Comment> comment(base::CommentId id);
    [[nodiscard]] base::Result<domain::PollView> poll(const base::PollId& id);
    [[nodiscard]] base::Result<std::vector<domain::OptionSet>> ballots(
        const base::UserId& voter, const std::vector<domain::BoxId>& boxes
    );
    [[nodiscard]] base::Result<std::vector<domain::StoredCounts>> counts(
        const std::vector<base::ThreadId>& threads
    );
    [[nodiscard]] base::Result<domain::LogPage> thread_log(
        const base::ThreadId& id, std::uint64_t since, std::size_t limit
    );
    [[nodiscard]] base::Result<domain::LogPage> site_log(std::uint64_t since, std::size_t limit);
    [[nodiscard]] base::Result<domain::CommentPage> moderation(
        const domain::ModerationRequest& request
    );
    [[nodiscard]] base::Result<std::vector<domain::Poll>> timed_polls();

  private:
    // Runs `query` in one transaction; a failure of the database takes the place of its answer.
    template <class Query>
    [[nodiscard]] auto in_one_moment(Query query) -> decltype(query());

    [[nodiscard]] domain::Tally tally_of(const domain::BoxId& box);
    // `row` is one of kSelectThread.
    [[nodiscard]] domain::StoredCounts counts_of(const base::ThreadId& id, const Cursor& row);
    [[nodiscard]] std::uint64_t newest_offset(std::int64_t thread_number);
    [[nodiscard]] std::uint64_t newest_site_offset();
    [[nodiscard]] std::int64_t thread_number(const base::ThreadId& id);
    [[nodiscard]] std::vector<domain::LogRecord> records(Cursor rows);

    std::unique_ptr<Database> db_;
    std::string epoch_;
    PollRows polls_;
    PageQueries pages_;
    Statement begin_;
    Statement end_;
    Statement find_thread_;
    Statement find_comment_;
    Statement find_tally_;
    Statement find_ballot_;
    Statement newest_offset_;
    Statement newest_site_offset_;
    Statement thread_log_;
    Statement site_log_;
};

}  // namespace voxpop::store::sqlite
