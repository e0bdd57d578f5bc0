// comment.list, .post, .edit, .delete: a comment is decided on as it is now and committed only if
// it still is.
#include "app/encode.hpp"
#include "app/rpc/calls.hpp"
#include "app/rpc/page_params.hpp"
#include "domain/text.hpp"

namespace voxpop::app::calls {
namespace limits = base::limits;

namespace {

// Commits a change and answers {"id":…,"offset":…,"state":…,"version":…}.
void commit(
    Services& services, domain::CommentChange change, domain::Idempotency idempotency, Reply reply
) {
    const auto thread = change.after.thread;
    auto settle = [&services, thread, reply](domain::Outcome outcome) {
        if (!outcome) return reply.fail(outcome.error());
        const auto& appended = std::get<domain::Appended>(*outcome);
        services.metrics.add(base::Metric::comments_acknowledged, services.stripe);
        services.pages.forget(thread);
        auto& out = services.json;
        out.clear();
        out.object()
            .field("id", appended.comment.str())
            .field("offset", appended.offset)
            .field("state", domain::to_string(appended.state))
            .field("version", appended.version)
            .end();
        reply.ok(out.str());
    };
    services.pen.write(
        domain::Append{std::move(change), std::move(idempotency)}, std::move(settle)
    );
}

base::Result<void> check_rate(Services& services, const net::Caller& caller) {
    return services.rates.comment(
        caller.identity.user, caller.peer.address, services.clock.monotonic()
    );
}

struct Draft {
    Actor author;
    std::string text;
    base::CommentId parent;
    domain::Idempotency idempotency;
    base::Time at;
};

void post_to(
    Services& services, const domain::Thread& thread, const domain::Comment* parent, Draft draft,
    Reply reply
) {
    auto change = domain::post({
        .id = services.comment_ids.next(draft.at),
        .thread = &thread,
        .parent = parent,
        .author = {draft.author.identity.user, draft.author.identity.name},
        .text = std::move(draft.text),
        .now = draft.at,
    });
    if (!change) return reply.fail(change.error());
    commit(services, std::move(*change), std::move(draft.idempotency), reply);
}

// A guest may say what to be called; members are called what their site says.
base::Result<std::string> display_name(const net::Caller& caller, const Params& params) {
    const auto name = params.maybe_text("name");
    if (!name) return std::unexpected(name.error());
    if (!*name || caller.identity.role != domain::Role::guest) return caller.identity.name;
    return domain::clean_text(
        **name, {.graphemes_max = limits::kNameGraphemesMax,
                 .bytes_max = limits::kNameBytesMax,
                 .allow_newlines = false,
                 .allow_empty = true}
    );
}

base::Result<std::string> comment_text(const Services& services, const Params& params) {
    const auto text = params.text("text");
    if (!text) return std::unexpected(text.error());
    return domain::clean_text(
        *text, {.graphemes_max = services.config.limits.comment_graphemes,
                .bytes_max = limits::kCommentBytesMax}
    );
}

base::Result<Draft> draft_of(Services& services, const net::Caller& caller, const Params& params) {
    auto text = comment_text(services, params);
    if (!text) return std::unexpected(text.error());
    auto name = display_name(caller, params);
    if (!name) return std::unexpected(name.error());
    const auto parent = params.maybe_id<base::CommentId>("parent");
    if (!parent) return std::unexpected(parent.error());
    const auto key = params.maybe_id<base::IdempotencyKey>("key");
    if (!key) return std::unexpected(key.error());
    const auto thread = params.text("thread");
    if (!thread) return std::unexpected(thread.error());
    const auto fingerprint =
        Fingerprint().add("post").add(*thread).add(parent->value()).add(*text).value();
    Draft draft{
        .author = Actor(caller),
        .text = std::move(*text),
        .parent = *parent,
        .idempotency = {caller.identity.user, *key, fingerprint},
        .at = services.clock.now(),
    };
    draft.author.identity.name = std::move(*name);
    return draft;
}

}  // namespace

void comment_list(
    Services& services, const net::Caller& caller, const Params& params, Reply reply
) {
    const auto request = page_request(params, Actor(caller).is_staff());
    if (!request) return reply.fail(request.error());
    auto then = [reply](base::Result<domain::CommentPage> page) {
        if (!page) return reply.fail(page.error());
        base::JsonWriter out;
        out.object().key("comments").array();
        for (const auto& comment : page->comments) write_comment(out, comment);
        out.end()
            .field("next", page->next)
            .field("epoch", page->position.epoch)
            .field("offset", page->position.offset)
            .end();
        reply.ok(out.str());
    };
    services.store.comments(
        *request, on_loop<base::Result<domain::CommentPage>>(services.loop, std::move(then))
    );
}

void comment_post(
    Services& services, const net::Caller& caller, const Params& params, Reply reply
) {
    const auto thread_id = params.id<base::ThreadId>("thread");
    if (!thread_id) return reply.fail(thread_id.error());
    auto draft = draft_of(services, caller, params);
    if (!draft) return reply.fail(draft.error());
    const auto allowed = check_rate(services, caller);
    if (!allowed) return reply.fail(allowed.error());

    auto with_thread = [&services, draft = std::move(*draft), reply](auto thread) mutable {
        if (!thread) return reply.fail(thread.error());
        if (draft.parent.empty()) {
            return post_to(services, **thread, nullptr, std::move(draft), reply);
        }
        const auto parent_id = draft.parent;
        auto with_parent = [&services, thread = *thread, draft = std::move(draft),
                            reply](base::Result<domain::Comment> parent) mutable {
            if (!parent) return reply.fail(parent.error());
            post_to(services, *thread, &*parent, std::move(draft), reply);
        };
        services.store.comment(
            parent_id, on_loop<base::Result<domain::Comment>>(services.loop, std::move(with_parent))
        );
    };
    use_thread(services, caller, *thread_id, std::move(with_thread));
}

void comment_edit(
    Services& services, const net::Caller& caller, const Params& params, Reply reply
) {
    const auto id = params.id<base::CommentId>("comment");
    if (!id) return reply.fail(id.error());
    auto text = comment_text(services, params);
    if (!text) return reply.fail(text.error());
    const auto allowed = check_rate(services, caller);
    if (!allowed) return reply.fail(allowed.error());
    auto then = [&services, editor = caller.identity.user, text = std::move(*text),
                 at = services.clock.now(), reply](base::Result<domain::Comment> comment) {
        if (!comment) return reply.fail(comment.error());
        auto change = domain::edit(*comment, editor, text, at, services.config.limits.edit_window);
        if (!change) return reply.fail(change.error());
        commit(services, std::move(*change), {}, reply);
    };
    services.store.comment(
        *id, on_loop<base::Result<domain::Comment>>(services.loop, std::move(then))
    );
}

void comment_delete(
    Services& services, const net::Caller& caller, const Params& params, Reply reply
) {
    const auto id = params.id<base::CommentId>("comment");
    if (!id) return reply.fail(id.error());
    const auto allowed = services.rates.write(caller.peer.address, services.clock.monotonic());
    if (!allowed) return reply.fail(allowed.error());
    auto then = [&services, author = caller.identity.user, at = services.clock.now(),
                 reply](base::Result<domain::Comment> comment) {
        if (!comment) return reply.fail(comment.error());
        auto change = domain::withdraw(*comment, author, at);
        if (!change) return reply.fail(change.error());
        commit(services, std::move(*change), {}, reply);
    };
    services.store.comment(
        *id, on_loop<base::Result<domain::Comment>>(services.loop, std::move(then))
    );
}

}  // namespace voxpop::app::calls
