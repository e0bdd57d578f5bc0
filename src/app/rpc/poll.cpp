// poll.get, poll.vote and poll.retract. Voting is the hot path: once the poll is known to this
// core, a vote allocates nothing here.
#include "app/encode.hpp"
#include "app/rpc/calls.hpp"

namespace voxpop::app::calls {
namespace {

using PollPointer = Directory<base::PollId, domain::Poll>::Pointer;

bool sees_results_of_staff(domain::Role role) {
    return domain::may(role, domain::Operation::read_results_of_staff);
}

// {"poll":…,"choice":[…],"tally":{…}}; the tally only where the voter may see it.
void answer(
    Services& services, const domain::Poll& poll, const domain::Chosen& chosen, bool visible,
    Reply reply
) {
    auto& out = services.json;
    out.clear();
    out.object().field("poll", poll.id.view()).key("choice");
    write_choice(out, poll, chosen.after);
    if (visible) {
        out.key("tally");
        write_tally(out, poll, chosen.tally);
    }
    out.end();
    reply.ok(out.str());
}

// A repeated command gets the first answer, but the ballot may have been taken back since: what the
// voter holds now decides whether the tally goes with it.
void answer_again(
    Services& services, const PollPointer& poll, const domain::Chosen& chosen,
    const base::UserId& voter, Reply reply
) {
    using Ballots = base::Result<std::vector<domain::OptionSet>>;
    auto with_ballot = [&services, poll, chosen, reply](const Ballots& ballots) {
        if (!ballots) return reply.fail(ballots.error());
        const bool voted = !ballots->front().empty();
        answer(services, *poll, chosen, domain::results_visible(*poll, voted, false), reply);
    };
    services.store.ballots(
        poll->thread, voter, {poll->box()}, on_loop<Ballots>(services.loop, std::move(with_ballot))
    );
}

struct Ballot {
    net::SessionId session;
    bool staff;
    base::Time at;
    base::UserId voter;
    base::IdempotencyKey key;
};

void cast(
    Services& services, const PollPointer& poll, const Ballot& ballot, domain::OptionSet options,
    Reply reply
) {
    domain::Choose choose{
        .box = poll->box(),
        .thread = poll->thread,
        .voter = ballot.voter,
        .options = options,
        .at = ballot.at,
    };
    if (!ballot.key.empty()) {
        // With the round: a key of the last one is no vote in this one.
        const auto fingerprint = Fingerprint()
                                     .add("poll")
                                     .add(poll->id.view())
                                     .add(poll->round)
                                     .add(options.bits())
                                     .value();
        choose.idempotency = {ballot.voter, ballot.key, fingerprint};
    }
    auto settle = [&services, poll, session = ballot.session, staff = ballot.staff,
                   voter = ballot.voter, reply](domain::Outcome outcome) {
        if (!outcome) return reply.fail(outcome.error());
        const auto& chosen = std::get<domain::Chosen>(*outcome);
        services.metrics.add(base::Metric::votes_acknowledged, services.stripe);
        const bool by_ballot = poll->results == domain::ResultsPolicy::after_vote;
        const bool depends = by_ballot && !staff;
        if (depends && chosen.repeated) return answer_again(services, poll, chosen, voter, reply);
        const bool voted = !chosen.after.empty();
        if (depends) services.server->show_results(session, "poll:" + poll->id.str(), voted);
        if (by_ballot && !chosen.repeated && chosen.before.empty() == voted) {
            services.voters.moved(poll->id, voter, services.loop, session);
        }
        answer(services, *poll, chosen, domain::results_visible(*poll, voted, staff), reply);
    };
    services.pen.write(std::move(choose), std::move(settle));
}

base::Result<Ballot> ballot_of(
    Services& services, const net::Caller& caller, const Params& params
) {
    const auto key = params.maybe_id<base::IdempotencyKey>("key");
    if (!key) return std::unexpected(key.error());
    const auto allowed =
        services.rates.vote(caller.identity.user, caller.peer.address, services.clock.monotonic());
    if (!allowed) return std::unexpected(services.refusals.limit(allowed.error()));
    return Ballot{
        .session = caller.session,
        .staff = sees_results_of_staff(caller.identity.role),
        .at = services.clock.now(),
        .voter = caller.identity.user,
        .key = *key,
    };
}

}  // namespace

void poll_vote(Services& services, const net::Caller& caller, const Params& params, Reply reply) {
    const auto id = params.id<base::PollId>("poll");
    if (!id) return reply.fail(id.error());
    const auto wanted = params.texts("options");
    if (!wanted) return reply.fail(wanted.error());
    const auto ballot = ballot_of(services, caller, params);
    if (!ballot) return reply.fail(ballot.error());

    if (const auto poll = services.polls.peek(*id)) {
        const auto options = domain::parse_choice(*poll, *wanted);
        if (!options) return reply.fail(options.error());
        return cast(services, poll, *ballot, *options, reply);
    }
    // The first vote since this core started: the names must outlive the reading of the poll.
    std::vector<std::string> names(wanted->begin(), wanted->end());
    services.polls.find(
        *id,
        [&services, ballot = *ballot, names = std::move(names), reply](auto poll) {
            if (!poll) return reply.fail(poll.error());
            const std::vector<std::string_view> views(names.begin(), names.end());
            const auto options = domain::parse_choice(**poll, views);
            if (!options) return reply.fail(options.error());
            cast(services, *poll, ballot, *options, reply);
        }
    );
}

void poll_retract(
    Services& services, const net::Caller& caller, const Params& params, Reply reply
) {
    const auto id = params.id<base::PollId>("poll");
    if (!id) return reply.fail(id.error());
    const auto ballot = ballot_of(services, caller, params);
    if (!ballot) return reply.fail(ballot.error());
    services.polls.find(*id, [&services, ballot = *ballot, reply](auto poll) {
        if (!poll) return reply.fail(poll.error());
        cast(services, *poll, ballot, domain::OptionSet(), reply);
    });
}

void poll_get(Services& services, const net::Caller& caller, const Params& params, Reply reply) {
    const auto id = params.id<base::PollId>("poll");
    if (!id) return reply.fail(id.error());
    const bool staff = sees_results_of_staff(caller.identity.role);
    const auto voter = caller.identity.user;
    auto then = [&services, voter, staff, reply](base::Result<domain::PollView> view) {
        if (!view) return reply.fail(view.error());
        if (view->poll.state == domain::PollState::draft && !staff) {
            return reply.fail({base::ErrorCode::poll_not_found, {}});
        }
        const auto box = view->poll.box();
        const auto thread = view->poll.thread;
        auto with_choice = [view = std::move(*view), staff, reply](auto choices) {
            if (!choices) return reply.fail(choices.error());
            base::JsonWriter out;
            write_poll(out, view, {.choice = choices->front(), .staff = staff});
            reply.ok(out.str());
        };
        services.store.ballots(
            thread, voter, {box},
            on_loop<base::Result<std::vector<domain::OptionSet>>>(
                services.loop, std::move(with_choice)
            )
        );
    };
    services.store.poll(
        *id, on_loop<base::Result<domain::PollView>>(services.loop, std::move(then))
    );
}

}  // namespace voxpop::app::calls
