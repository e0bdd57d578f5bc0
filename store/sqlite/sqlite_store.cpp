#include "store/sqlite/sqlite_store.hpp"

#include <stdexcept>
#include <utility>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/schema.hpp"

namespace voxpop::store {
namespace {

using namespace domain;
using sqlite::Reader;

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
    throw std::runtime_error("cannot open the database " + file.string() + ": " + why);
}

}  // namespace

SqliteStore::SqliteStore(std::filesystem::path file, Options options)
    : file_(std::move(file)), writer_(*this, options.writer), readers_(file_, options.readers) {}

void SqliteStore::start(StoreObserver& observer) {
    sqlite::make_database_file(file_);
    lock_.emplace(sqlite::lock_file_of(file_));
    auto db = sqlite::open_for_writing(file_);
    if (!db->ok()) refuse(file_, db->error().detail);
    if (const auto done = sqlite::migrate(*db); !done) refuse(file_, done.error());
    session_ = std::make_unique<sqlite::WriteSession>(std::move(db));
    if (!session_->ok()) refuse(file_, session_->error().detail);
    readers_.start();
    writer_.start(observer);
}

// Readers before the session: the last connection to close, which can write, tidies the log away.
void SqliteStore::stop() {
    writer_.stop();
    readers_.stop();
    session_.reset();
    lock_.reset();
}

base::Result<void> SqliteStore::submit(std::vector<Write>& writes) {
    return writer_.submit(writes);
}

base::Result<void> SqliteStore::commit_group(
    std::span<Write> group, std::vector<Settled>& settled, std::vector<Change>& changes
) {
    auto done = session_->commit(group, settled, changes);
    if (!done) session_.reset();  // closing the connection rolls back
    return done;
}

base::Result<void> SqliteStore::recover() {
    auto session = std::make_unique<sqlite::WriteSession>(sqlite::open_for_writing(file_));
    if (!session->ok()) return std::unexpected(session->error());
    if (auto done = session->probe(); !done) return done;
    session_ = std::move(session);
    return {};
}

template <class T, class Query>
void SqliteStore::answer_with(Answer<T> answer, Query query) {
    readers_.ask([answer = std::move(answer),
                  query = std::move(query)](base::Result<Reader*> reader) mutable {
        if (!reader) return answer(std::unexpected(reader.error()));
        answer(query(**reader));
    });
}

void SqliteStore::thread(base::ThreadId id, Answer<ThreadView> answer) {
    answer_with(std::move(answer), [=](Reader& reader) { return reader.thread(id); });
}

void SqliteStore::comments(PageRequest request, Answer<CommentPage> answer) {
    answer_with(std::move(answer), [request = std::move(request)](Reader& reader) {
        return reader.comments(request);
    });
}

void SqliteStore::comment(base::CommentId id, Answer<Comment> answer) {
    answer_with(std::move(answer), [=](Reader& reader) { return reader.comment(id); });
}

void SqliteStore::poll(base::PollId id, Answer<PollView> answer) {
    answer_with(std::move(answer), [=](Reader& reader) { return reader.poll(id); });
}

void SqliteStore::ballots(
    base::ThreadId, base::UserId voter, std::vector<BoxId> boxes,
    Answer<std::vector<OptionSet>> answer
) {
    answer_with(std::move(answer), [voter, boxes = std::move(boxes)](Reader& reader) {
        return reader.ballots(voter, boxes);
    });
}

void SqliteStore::counts(
    std::vector<base::ThreadId> threads, Answer<std::vector<StoredCounts>> answer
) {
    answer_with(std::move(answer), [threads = std::move(threads)](Reader& reader) {
        return reader.counts(threads);
    });
}

void SqliteStore::thread_log(
    base::ThreadId id, std::uint64_t since, std::size_t limit, Answer<LogPage> answer
) {
    answer_with(std::move(answer), [=](Reader& reader) {
        return reader.thread_log(id, since, limit);
    });
}

void SqliteStore::site_log(std::uint64_t since, std::size_t limit, Answer<LogPage> answer) {
    answer_with(std::move(answer), [=](Reader& reader) { return reader.site_log(since, limit); });
}

void SqliteStore::moderation(ModerationRequest request, Answer<CommentPage> answer) {
    answer_with(std::move(answer), [request = std::move(request)](Reader& reader) {
        return reader.moderation(request);
    });
}

void SqliteStore::timed_polls(Answer<std::vector<Poll>> answer) {
    answer_with(std::move(answer), [](Reader& reader) { return reader.timed_polls(); });
}

}  // namespace voxpop::store
