// comment.react and comment.report: ballots about a comment.
#include <array>
#include <utility>

#include "app/comment_writer.hpp"
#include "app/encode.hpp"
#include "app/rpc/calls.hpp"

namespace voxpop::app::calls {
namespace {

constexpr std::array<std::string_view, domain::kReportReasons> kReasons = {
    "spam", "abuse", "hate", "false", "other"
};

// "like", "dislike" or null.
base::Result<domain::OptionSet> parse_reaction(const Params& params) {
    const auto name = params.maybe_text("reaction");
    if (!name) return std::unexpected(name.error());
    if (!*name) return domain::OptionSet();
    if (**name == "like") return domain::OptionSet::of(kLike);
    if (**name == "dislike") return domain::OptionSet::of(kDislike);
    return Params::bad("reaction", "must be like, dislike or null");
}

// Puts a ballot into one of the comment's boxes, if readers can see the comment.
template <class Settled>
void choose(
    Services& services, const net::Caller& caller, base::CommentId id, domain::BoxId box,
    domain::OptionSet options, Reply reply, Settled settled
) {
    const auto allowed = services.rates.write(caller.peer.address, services.clock.monotonic());
    if (!allowed) return reply.fail(services.refusals.limit(allowed.error()));
    domain::Choose command{
        .box = box,
        .voter = caller.identity.user,
        .options = options,
        .at = services.clock.now(),
    };
    auto then = [&services, command, reply,
                 settled](base::Result<domain::Comment> comment) mutable {
        if (!comment) return reply.fail(comment.error());
        if (!comment->is_public()) return reply.fail({base::ErrorCode::comment_not_found, {}});
        command.thread = comment->thread;
        services.pen.write(std::move(command), [reply, settled](domain::Outcome outcome) {
            if (!outcome) return reply.fail(outcome.error());
            settled(std::get<domain::Chosen>(*outcome));
        });
    };
    services.store.comment(
        id, on_loop<base::Result<domain::Comment>>(services.loop, std::move(then))
    );
}

// {"comment":…,"reported":true}
void answer_report(Services& services, base::CommentId id, Reply reply) {
    auto& out = services.json;
    out.clear();
    out.object().field("comment", id.str()).field("reported", true).end();
    reply.ok(out.str());
}

struct Report {
    base::CommentId comment;
    base::UserId reader;
    std::string_view reason;  // one of kReasons
    std::uint64_t reports;    // of this comment, with this one
};

// Lists the comment among the reported ones. The report itself is stored by now, so whatever comes
// of this, it is answered.
void tell_moderators(Services& services, const Report& report, Reply reply) {
    const auto at = services.clock.now();
    auto decide = [report, at](const domain::Comment& comment, const domain::Thread&) {
        const auto reports = static_cast<std::uint32_t>(report.reports);
        return domain::report(comment, report.reader, std::string(report.reason), reports, at);
    };
    change_comment(
        services, std::make_unique<Change>(
                      report.comment, domain::Idempotency{}, at, std::move(decide),
                      [&services, id = report.comment, reply](const domain::Outcome&) {
                          answer_report(services, id, reply);
                      }
                  )
    );
}

}  // namespace

// {"comment":…,"likes":…,"dislikes":…,"reaction":"like"|null}
void comment_react(
    Services& services, const net::Caller& caller, const Params& params, Reply reply
) {
    const auto id = params.id<base::CommentId>("comment");
    if (!id) return reply.fail(id.error());
    const auto reaction = parse_reaction(params);
    if (!reaction) return reply.fail(reaction.error());
    auto settled = [&services, id = *id, reply](const domain::Chosen& chosen) {
        auto& out = services.json;
        out.clear();
        out.object()
            .field("comment", id.str())
            .field("likes", chosen.tally.counts[kLike])
            .field("dislikes", chosen.tally.counts[kDislike])
            .field("version", chosen.tally.version)
            .key("reaction");
        chosen.after.empty() ? out.null() : out.value(reaction_name(chosen.after));
        out.end();
        reply.ok(out.str());
    };
    choose(services, caller, *id, domain::BoxId::reaction(*id), *reaction, reply, settled);
}

void comment_report(
    Services& services, const net::Caller& caller, const Params& params, Reply reply
) {
    const auto id = params.id<base::CommentId>("comment");
    if (!id) return reply.fail(id.error());
    const auto reason = params.text("reason");
    if (!reason) return reply.fail(reason.error());
    const auto known = std::find(kReasons.begin(), kReasons.end(), *reason);
    if (known == kReasons.end()) {
        return reply.fail(Params::bad("reason", "must be spam, abuse, hate, false or other").error()
        );
    }
    const auto option = static_cast<std::size_t>(known - kReasons.begin());
    auto settled = [&services, id = *id, reader = caller.identity.user, reason = *known,
                    reply](const domain::Chosen& chosen) {
        // Another reason of the same reader is no news.
        if (!chosen.before.empty()) return answer_report(services, id, reply);
        tell_moderators(services, {id, reader, reason, chosen.tally.voters}, reply);
    };
    choose(
        services, caller, *id, domain::BoxId::report(*id), domain::OptionSet::of(option), reply,
        settled
    );
}

}  // namespace voxpop::app::calls
