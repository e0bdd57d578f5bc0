// mod.list and mod.decide: what moderators see and do.
#include "app/comment_writer.hpp"
#include "app/encode.hpp"
#include "app/rpc/calls.hpp"
#include "app/rpc/page_params.hpp"
#include "domain/page_bytes.hpp"
#include "domain/text.hpp"

namespace voxpop::app::calls {
namespace limits = base::limits;

namespace {

// {"comment":…,"state":…,"version":…,"offset":…}
void answer(Reply reply, const domain::Outcome& outcome) {
    if (!outcome) return reply.fail(outcome.error());
    const auto& appended = std::get<domain::Appended>(*outcome);
    base::JsonWriter out;
    out.object()
        .field("comment", appended.comment.str())
        .field("state", domain::to_string(appended.state))
        .field("version", appended.version)
        .field("offset", appended.offset)
        .end();
    reply.ok(out.str());
}

base::Result<std::string> clean_reason(const Params& params) {
    const auto reason = params.maybe_text("reason");
    if (!reason) return std::unexpected(reason.error());
    return domain::clean_text(
        reason->value_or(""), {.graphemes_max = limits::kReasonBytesMax,
                               .bytes_max = limits::kReasonBytesMax,
                               .allow_empty = true}
    );
}

base::Result<domain::ModerationRequest> moderation_request(const Params& params) {
    domain::ModerationRequest request;
    const auto thread = params.maybe_id<base::ThreadId>("thread");
    if (!thread) return std::unexpected(thread.error());
    if (!thread->empty()) request.thread = *thread;
    const auto reported = params.maybe_flag("reported");
    if (!reported) return std::unexpected(reported.error());
    request.reported = reported->value_or(false);
    if (request.reported && params.has("states")) {
        return Params::bad("states", "must be absent with `reported`");
    }
    if (params.has("states")) {
        const auto names = params.texts("states");
        if (!names) return std::unexpected(names.error());
        for (const auto name : *names) {
            const auto state = domain::parse_comment_state(name);
            if (!state) return Params::bad("states", "has an unknown state");
            request.states.push_back(*state);
        }
    }
    const auto cursor = params.maybe_text("cursor");
    if (!cursor) return std::unexpected(cursor.error());
    request.cursor = std::string(cursor->value_or(""));
    const auto limit_given = params.maybe_number("limit");
    if (!limit_given) return std::unexpected(limit_given.error());
    const auto limit = page_limit(*limit_given);
    if (!limit) return std::unexpected(limit.error());
    request.limit = *limit;
    return request;
}

}  // namespace

// {"comments":[…],"next":…,"epoch":…,"offset":…}
void mod_list(Services& services, const net::Caller&, const Params& params, Reply reply) {
    auto request = moderation_request(params);
    if (!request) return reply.fail(request.error());
    auto then = [reply](base::Result<domain::CommentPage> page) {
        if (!page) return reply.fail(page.error());
        domain::shorten(*page, domain::CommentSort::newest, limits::kPageBytesMax);
        reply.ok(comment_page(*page, Audience::moderators));
    };
    services.store.moderation(
        std::move(*request),
        on_loop<base::Result<domain::CommentPage>>(services.loop, std::move(then))
    );
}

void mod_decide(Services& services, const net::Caller& caller, const Params& params, Reply reply) {
    const auto id = params.id<base::CommentId>("comment");
    if (!id) return reply.fail(id.error());
    const auto action = params.text("action");
    if (!action) return reply.fail(action.error());
    const auto decision = domain::parse_decision(*action);
    if (!decision) {
        return reply.fail(Params::bad("action", "must be hide, restore, remove or approve").error()
        );
    }
    auto reason = clean_reason(params);
    if (!reason) return reply.fail(reason.error());
    auto idempotency = idempotency_of(
        caller, params, Fingerprint().add("decide").add(id->value()).add(*action).add(*reason)
    );
    if (!idempotency) return reply.fail(idempotency.error());
    const auto at = services.clock.now();
    auto decide = [decision = *decision, moderator = caller.identity.user,
                   reason = std::move(*reason),
                   at](const domain::Comment& comment, const domain::Thread&) {
        return domain::decide(comment, decision, moderator, reason, at);
    };
    change_comment(
        services, std::make_unique<Change>(
                      *id, std::move(*idempotency), at, std::move(decide),
                      [reply](const domain::Outcome& outcome) { answer(reply, outcome); }
                  )
    );
}

}  // namespace voxpop::app::calls
