#include "app/comment_writer.hpp"

#include <memory>
#include <utility>

#include "app/services.hpp"

namespace voxpop::app {
namespace {

void give_id(domain::Comment& comment, base::CommentId id) {
    if (comment.root == comment.id) comment.root = id;
    comment.id = id;
}

}  // namespace

void write_decided(Pen& pen, Decided decided, Settle settle) {
    auto& [thread, change, idempotency, at] = decided;
    if (change) {
        return pen.write(
            domain::Append{std::move(*change), std::move(idempotency)}, std::move(settle)
        );
    }
    if (!idempotency.given()) return settle(std::unexpected(change.error()));
    pen.write(
        domain::Recall{thread, std::move(idempotency), at, std::move(change.error())},
        std::move(settle)
    );
}

void write_post(Pen& pen, CommentIds& ids, Decided decided, Settle settle) {
    if (!decided.change) return write_decided(pen, std::move(decided), std::move(settle));
    struct Post {
        domain::Append append;
        Settle settle;
    };
    domain::Append append{std::move(*decided.change), std::move(decided.idempotency)};
    auto post = std::make_unique<Post>(append, std::move(settle));
    auto retry = [&pen, &ids, post = std::move(post)](domain::Outcome outcome) mutable {
        const bool taken = !outcome && outcome.error().code == base::ErrorCode::version_conflict;
        if (!taken) return post->settle(std::move(outcome));
        ids.leave_origin();
        give_id(post->append.change.after, ids.next(post->append.change.at));
        pen.write(std::move(post->append), std::move(post->settle));
    };
    pen.write(std::move(append), std::move(retry));
}

namespace {

void write_change(
    Services& services, const domain::Comment& comment, const domain::Thread& thread,
    std::unique_ptr<Change> change
) {
    Decided decided{
        .thread = thread.id,
        .change = change->decide(comment, thread),
        .idempotency = change->idempotency,
        .at = change->at,
    };
    auto settle = [&services, thread = thread.id,
                   change = std::move(change)](domain::Outcome outcome) mutable {
        services.pages.forget(thread);
        const bool raced = !outcome && outcome.error().code == base::ErrorCode::version_conflict;
        if (raced && --change->tries > 0) return change_comment(services, std::move(change));
        change->settle(std::move(outcome));
    };
    write_decided(services.pen, std::move(decided), std::move(settle));
}

}  // namespace

void change_comment(Services& services, std::unique_ptr<Change> change) {
    const auto id = change->comment;
    auto with_comment =
        [&services, change = std::move(change)](base::Result<domain::Comment> comment) mutable {
            if (!comment) return change->settle(std::unexpected(comment.error()));
            const auto thread_id = comment->thread;
            services.threads.find(
                thread_id,
                [&services, comment = std::move(*comment),
                 change = std::move(change)](auto thread) mutable {
                    if (!thread) return change->settle(std::unexpected(thread.error()));
                    write_change(services, comment, **thread, std::move(change));
                }
            );
        };
    services.store.comment(
        id, on_loop<base::Result<domain::Comment>>(services.loop, std::move(with_comment))
    );
}

}  // namespace voxpop::app
