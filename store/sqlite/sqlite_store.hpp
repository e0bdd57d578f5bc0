// The embedded default store: one database file, nothing to set up, and what was acknowledged
// survives the power going out.
//
// Writes go through one thread, which commits them in groups, each one transaction that is on the
// disk when it ends (write-ahead log, synchronous=FULL). Queries are answered on other threads,
// from their own connections; they neither wait for the writer nor hold it up. While the disk
// refuses writes the store is away, queries go on, and the writer tries again from time to time.
//
// One store at a time has the file. Whoever embeds this must ignore SIGXFSZ, or a file size limit
// kills the process instead of failing the write.
//
// Thread safety: as domain::Store says.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/store.hpp"
#include "store/group_writer.hpp"
#include "store/sqlite/file_lock.hpp"
#include "store/sqlite/reader_pool.hpp"
#include "store/sqlite/write_session.hpp"

namespace voxpop::store {

class SqliteStore final : public domain::Store, private GroupCommitter {
  public:
    struct Options {
        GroupWriter::Options writer;
        sqlite::ReaderPool::Options readers;
    };

    // `file` and the folders above it are made by start() where they do not exist.
    explicit SqliteStore(std::filesystem::path file) : SqliteStore(std::move(file), Options{}) {}
    SqliteStore(std::filesystem::path file, Options options);
    ~SqliteStore() override { stop(); }
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;

    void start(domain::StoreObserver& observer) override;
    void stop() override;
    [[nodiscard]] base::Result<void> submit(std::vector<domain::Write>& writes) override;

    void thread(base::ThreadId id, domain::Answer<domain::ThreadView> answer) override;
    void comments(domain::PageRequest request, domain::Answer<domain::CommentPage> answer) override;
    void comment(base::CommentId id, domain::Answer<domain::Comment> answer) override;
    void poll(base::PollId id, domain::Answer<domain::PollView> answer) override;
    void ballots(
        base::ThreadId thread, base::UserId voter, std::vector<domain::BoxId> boxes,
        domain::Answer<std::vector<domain::OptionSet>> answer
    ) override;
    void counts(
        std::vector<base::ThreadId> threads,
        domain::Answer<std::vector<domain::StoredCounts>> answer
    ) override;
    void thread_log(
        base::ThreadId id, std::uint64_t since, std::size_t limit,
        domain::Answer<domain::LogPage> answer
    ) override;
    void site_log(std::uint64_t since, std::size_t limit, domain::Answer<domain::LogPage> answer)
        override;
    void moderation(domain::ModerationRequest request, domain::Answer<domain::CommentPage> answer)
        override;
    void timed_polls(domain::Answer<std::vector<domain::Poll>> answer) override;

  private:
    [[nodiscard]] base::Result<void> commit_group(
        std::span<domain::Write> group, std::vector<domain::Settled>& settled,
        std::vector<domain::Change>& changes
    ) override;
    [[nodiscard]] base::Result<void> recover() override;

    template <class T, class Query>
    void answer_with(domain::Answer<T> answer, Query query);

    const std::filesystem::path file_;
    std::optional<sqlite::FileLock> lock_;
    std::unique_ptr<sqlite::WriteSession> session_;  // the writer's thread; none while away
    GroupWriter writer_;
    sqlite::ReaderPool readers_;
};

}  // namespace voxpop::store
