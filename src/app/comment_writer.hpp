// Writes what is decided about a comment, and goes on where something comes between: an answer that
// got lost, an id that somebody else has taken, a comment that changed while it was decided on. The
// core's thread.
#pragma once

#include <functional>
#include <memory>

#include "app/comment_ids.hpp"
#include "app/ledger.hpp"
#include "base/clock.hpp"
#include "domain/commands.hpp"

namespace voxpop::app {

struct Decided {
    base::ThreadId thread;
    base::Result<domain::CommentChange> change;  // or why not
    domain::Idempotency idempotency;
    base::Time at{};
};

// Calls `settle` with the outcome; at once where there is nothing to ask the store. What is refused
// now but was done before under the same key gets its first answer.
void write_decided(Pen& pen, Decided decided, Settle settle);

// The same of a new comment, whose id is of `ids`. Nodes draw ids without asking each other, so two
// may draw the same one: then the store refuses the second, and it is tried once more.
void write_post(Pen& pen, CommentIds& ids, Decided decided, Settle settle);

struct Services;

// A change of a comment that is there, decided on as the comment is when it is read. It is read and
// decided on again where the store has another version by then, so that a change that nobody minds
// (a report comes while the author edits) costs nobody theirs.
struct Change {
    base::CommentId comment;
    domain::Idempotency idempotency;
    base::Time at{};
    std::move_only_function<base::Result<domain::CommentChange>(
        const domain::Comment& comment, const domain::Thread& thread
    )>
        decide;
    Settle settle;
    int tries = 3;
};
void change_comment(Services& services, std::unique_ptr<Change> change);

}  // namespace voxpop::app
