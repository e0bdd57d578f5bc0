// mod.list and mod.decide: what moderators see and do.
#include "app/encode.hpp"
#include "app/rpc/calls.hpp"
#include "app/rpc/page_params.hpp"
#include "domain/text.hpp"

namespace voxpop::app::calls {
namespace limits = base::limits;

namespace {

inline constexpr int kDecideTries = 3;  // an author's edit may come between reading and deciding

struct Verdict {
    base::CommentId comment;
    domain::Decision decision;
    std::string reason;
    base::UserId moderator;
};

void decide(Services& services, Verdict verdict, int tries, Reply reply);

void settled(
    Services& services, Verdict verdict, int tries, Reply reply, const domain::Outcome& outcome
) {
    if (!outcome) {
        const bool raced = outcome.error().code == base::ErrorCode::version_conflict;
        if (raced && tries > 1) return decide(services, std::move(verdict), tries - 1, reply);
        return reply.fail(outcome.error());
    }
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

void decide(Services& services, Verdict verdict, int tries, Reply reply) {
    const auto id = verdict.comment;
    auto then = [&services, verdict = std::move(verdict), tries,
                 reply](base::Result<domain::Comment> comment) mutable {
        if (!comment) return reply.fail(comment.error());
        auto change = domain::decide(
            *comment, verdict.decision, verdict.moderator, verdict.reason, services.clock.now()
        );
        if (!change) return reply.fail(change.error());
        const auto thread = comment->thread;
        auto settle = [&services, thread, verdict = std::make_unique<Verdict>(std::move(verdict)),
                       tries, reply](domain::Outcome outcome) mutable {
            services.pages.forget(thread);
            settled(services, std::move(*verdict), tries, reply, outcome);
        };
        services.pen.write(domain::Append{std::move(*change), {}}, std::move(settle));
    };
    services.store.comment(
        id, on_loop<base::Result<domain::Comment>>(services.loop, std::move(then))
    );
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
    services.store.moderation(
        std::move(*request),
        on_loop<base::Result<domain::CommentPage>>(services.loop, std::move(then))
    );
}

// {"comment":…,"state":…,"version":…,"offset":…}
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
    decide(
        services, {*id, *decision, std::move(*reason), caller.identity.user}, kDecideTries, reply
    );
}

}  // namespace voxpop::app::calls
