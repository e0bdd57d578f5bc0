// One writing connection with its prepared statements and what it keeps in memory, and what each
// command does there. Every command is decided by reading before it writes anything, so a refused
// one has nothing to undo and its neighbours in the group do not notice.
//
// When a group fails, the session is of no more use: its memory may be ahead of the file. It is
// thrown away, connection and all, which rolls the file back; the next one reads everything anew.
//
// One thread: the writer's.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "domain/commands.hpp"
#include "store/sqlite/answer_table.hpp"
#include "store/sqlite/box_table.hpp"
#include "store/sqlite/comment_table.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/poll_table.hpp"
#include "store/sqlite/thread_table.hpp"

namespace voxpop::store::sqlite {

class WriteSession {
  public:
    // `db` is open for writing and up to date. Whether the session is usable is in ok().
    explicit WriteSession(std::unique_ptr<Database> db);

    [[nodiscard]] bool ok() const { return db_->ok(); }
    [[nodiscard]] const base::Error& error() const { return db_->error(); }

    // Commits a group in one transaction; see GroupCommitter. After an error the session must go.
    [[nodiscard]] base::Result<void> commit(
        std::span<domain::Write> group, std::vector<domain::Settled>& settled,
        std::vector<domain::Change>& changes
    );

    // Commits a small change of no meaning, to see whether the disk takes it.
    [[nodiscard]] base::Result<void> probe();

  private:
    using Changes = std::vector<domain::Change>;

    // What a box asks of a ballot, and where it belongs.
    struct Admission {
        domain::BoxRules rules;
        domain::BoxGate gate;
        base::ThreadId thread;
    };

    [[nodiscard]] domain::Outcome apply(const domain::Choose& command, Changes& changes);
    [[nodiscard]] domain::Outcome apply(const domain::Append& command, Changes& changes);
    [[nodiscard]] domain::Outcome apply(const domain::Recall& command, Changes& changes);
    [[nodiscard]] domain::Outcome apply(const domain::PutThread& command, Changes& changes);
    [[nodiscard]] domain::Outcome apply(const domain::PutPoll& command, Changes& changes);
    [[nodiscard]] domain::Outcome apply(const domain::AddCounts& command, Changes& changes);

    [[nodiscard]] base::Result<Admission> admission_of(const domain::Choose& command);
    // What an Append with that key was answered, marked as repeated; nothing when the key is new.
    // Error: key_reused.
    [[nodiscard]] base::Result<std::optional<domain::Appended>> earlier_append(
        const domain::Idempotency& idempotency, base::Time now
    );
    // What the voter held before; the box holds what they chose then.
    [[nodiscard]] base::Result<domain::OptionSet> put_ballot(
        const domain::Choose& command, const Admission& admission, BoxTable::Box& box
    );
    [[nodiscard]] domain::Outcome append(
        const domain::CommentChange& change, ThreadTable::Entry& thread,
        const CommentTable::Known* known, Changes& changes
    );

    std::unique_ptr<Database> db_;
    BoxTable boxes_;
    ThreadTable threads_;
    PollTable polls_;
    CommentTable comments_;
    AnswerTable answers_;
    Statement begin_;
    Statement commit_;
    Statement find_batch_;
    Statement put_batch_;
    Statement forget_batches_;
};

}  // namespace voxpop::store::sqlite
