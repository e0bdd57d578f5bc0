// comment.list, .post, .edit, .delete: a comment is decided on as it is now and committed only if
// it still is.
#include "app/comment_writer.hpp"
#include "app/encode.hpp"
#include "app/rpc/calls.hpp"
#include "app/rpc/page_params.hpp"
#include "domain/page_bytes.hpp"
#include "domain/text.hpp"

namespace voxpop::app::calls {
namespace limits = base::limits;

namespace {

// {"id":…,"offset":…,"state":…,"version":…}
void answer(Services& services, Reply reply, const domain::Outcome& outcome) {
    if (!outcome) return reply.fail(outcome.error());
    const auto& appended = std::get<domain::Appended>(*outcome);
    services.metrics.add(base::Metric::comments_acknowledged, services.stripe);
    auto& out = services.json;
    out.clear();
    out.object()
        .field("id", appended.comment.str())
        .field("offset", appended.offset)
        .field("state", domain::to_string(appended.state))
        .field("version", appended.version)
        .end();
    reply.ok(out.str());
}

base::Result<void> check_rate(Services& services, const net::Caller& caller) {
    const auto allowed = services.rates.comment(
        caller.identity.user, caller.peer.address, services.clock.monotonic()
    );
    if (!allowed) return std::unexpected(services.refusals.limit(allowed.error()));
    return {};
}

struct Draft {
    Actor author;
    domain::CommentText text;
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
    write_post(
        services.pen, services.comment_ids,
        {thread.id, std::move(change), std::move(draft.idempotency), draft.at},
        [&services, thread = thread.id, reply](const domain::Outcome& outcome) {
            services.pages.forget(thread);
            answer(services, reply, outcome);
        }
    );
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

base::Result<domain::CommentText> comment_text(const Services& services, const Params& params) {
    const auto text = params.text("text");
    if (!text) return std::unexpected(text.error());
    return domain::CommentText::clean(*text, services.config.limits.comment_graphemes);
}

base::Result<Draft> draft_of(Services& services, const net::Caller& caller, const Params& params) {
    auto text = comment_text(services, params);
    if (!text) return std::unexpected(text.error());
    auto name = display_name(caller, params);
    if (!name) return std::unexpected(name.error());
    const auto parent = params.maybe_id<base::CommentId>("parent");
    if (!parent) return std::unexpected(parent.error());
    const auto thread = params.text("thread");
    if (!thread) return std::unexpected(thread.error());
    auto idempotency = idempotency_of(
        caller, params, Fingerprint().add("post").add(*thread).add(parent->value()).add(text->str())
    );
    if (!idempotency) return std::unexpected(idempotency.error());
    Draft draft{
        .author = Actor(caller),
        .text = std::move(*text),
        .parent = *parent,
        .idempotency = std::move(*idempotency),
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
    auto then = [request = *request, reply](base::Result<domain::CommentPage> page) {
        if (!page) return reply.fail(page.error());
        domain::shorten(*page, request, base::limits::kPageBytesMax);
        reply.ok(comment_page(*page, Audience::readers));
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
    auto idempotency =
        idempotency_of(caller, params, Fingerprint().add("edit").add(id->value()).add(text->str()));
    if (!idempotency) return reply.fail(idempotency.error());
    const auto allowed = check_rate(services, caller);
    if (!allowed) return reply.fail(allowed.error());
    const auto at = services.clock.now();
    auto decide = [&services, editor = caller.identity.user, text = std::move(*text),
                   at](const domain::Comment& comment, const domain::Thread& thread) {
        return domain::edit(
            comment, {.thread = &thread,
                      .editor = editor,
                      .text = text,
                      .now = at,
                      .window = services.config.limits.edit_window}
        );
    };
    change_comment(
        services, std::make_unique<Change>(
                      *id, std::move(*idempotency), at, std::move(decide),
                      [&services, reply](const auto& outcome) { answer(services, reply, outcome); }
                  )
    );
}

void comment_delete(
    Services& services, const net::Caller& caller, const Params& params, Reply reply
) {
    const auto id = params.id<base::CommentId>("comment");
    if (!id) return reply.fail(id.error());
    auto idempotency = idempotency_of(caller, params, Fingerprint().add("delete").add(id->value()));
    if (!idempotency) return reply.fail(idempotency.error());
    const auto allowed = services.rates.write(caller.peer.address, services.clock.monotonic());
    if (!allowed) return reply.fail(services.refusals.limit(allowed.error()));
    const auto at = services.clock.now();
    auto decide = [author = caller.identity.user, at](const domain::Comment& comment, const auto&) {
        return domain::withdraw(comment, author, at);
    };
    change_comment(
        services, std::make_unique<Change>(
                      *id, std::move(*idempotency), at, std::move(decide),
                      [&services, reply](const auto& outcome) { answer(services, reply, outcome); }
                  )
    );
}

}  // namespace voxpop::app::calls
