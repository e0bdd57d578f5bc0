#include "app/core_backend.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "app/encode.hpp"
#include "app/push_frames.hpp"
#include "app/rpc/methods.hpp"

namespace voxpop::app {
using base::ErrorCode;
using domain::Operation;

bool CoreBackend::origin_allowed(std::string_view origin) {
    if (origin.empty() || origins_.allows(origin)) return true;
    services_.refusals.origin(origin);
    return false;
}

namespace {

// {"device":…,"site":…,"user":{"id":…,"name":…,"role":…}}; the site for who may follow its
// moderators' stream, whose name has it.
std::string welcome_data(const Visitor& visitor, std::string_view site) {
    base::JsonWriter out;
    out.object();
    if (!visitor.device_token.empty()) out.field("device", visitor.device_token);
    if (domain::may(visitor.identity.role, Operation::read_moderation)) out.field("site", site);
    out.key("user")
        .object()
        .field("id", visitor.identity.user.view())
        .field("name", visitor.identity.name)
        .field("role", domain::to_string(visitor.identity.role))
        .end()
        .end();
    return out.take();
}

net::Welcome welcome(Visitor visitor, std::string_view site, base::Time now) {
    net::Welcome out{.data = welcome_data(visitor, site)};
    if (visitor.identity.expires) {
        out.ttl = std::chrono::ceil<std::chrono::seconds>(*visitor.identity.expires - now);
    }
    out.identity = std::move(visitor.identity);
    return out;
}

}  // namespace

base::Result<net::Welcome> CoreBackend::connect(
    const net::Peer& peer, const net::ConnectRequest& request
) {
    const auto allowed = services_.rates.connection(peer.address, services_.clock.monotonic());
    if (!allowed) return std::unexpected(services_.refusals.limit(allowed.error()));
    const auto now = services_.clock.now();
    auto visitor = services_.authenticator.admit(request.token, now);
    if (!visitor) return std::unexpected(services_.refusals.token(visitor.error()));
    if (visitor->refused) (void)services_.refusals.token(*visitor->refused);
    return welcome(std::move(*visitor), services_.config.site.id, now);
}

base::Result<net::Welcome> CoreBackend::refresh(const net::Caller& caller, std::string_view token) {
    const auto now = services_.clock.now();
    auto visitor = services_.authenticator.admit(token, now);
    if (!visitor) return std::unexpected(services_.refusals.token(visitor.error()));
    if (visitor->identity.user != caller.identity.user) {
        return std::unexpected(services_.refusals.token(
            {{ErrorCode::unauthorized, "the token belongs to another user"}, TokenFault::other_user}
        ));
    }
    return welcome(std::move(*visitor), services_.config.site.id, now);
}

base::Result<void> CoreBackend::take_command(net::SessionId session) {
    const auto allowed = services_.commands.take(session, services_.clock.monotonic());
    if (!allowed) return std::unexpected(services_.refusals.limit(allowed.error()));
    return {};
}

base::Result<ChannelName> CoreBackend::authorise(
    const domain::Identity& identity, std::string_view channel
) const {
    const auto name = parse_channel(channel);
    if (!name) return base::fail(ErrorCode::unknown_channel);
    const bool moderation = name->facet == Facet::moderation;
    if (moderation && name->id.view() != services_.config.site.id) {
        return base::fail(ErrorCode::unknown_channel, "no such site");
    }
    const auto operation = moderation ? Operation::read_moderation : Operation::read_thread;
    if (!domain::may(identity.role, operation)) return base::fail(ErrorCode::permission_denied);
    return *name;
}

void CoreBackend::subscribe(
    const net::Caller& caller, const net::SubscribeRequest& request, net::Then<net::Admission> then
) {
    const auto name = authorise(caller.identity, request.channel);
    if (!name) return then(std::unexpected(name.error()));
    if (name->facet == Facet::poll) return admit_to_poll(Actor(caller), *name, std::move(then));

    const bool viewer = name->facet == Facet::thread;
    auto opened = [viewer, then = std::move(then)](base::Result<void> result) mutable {
        if (!result) return then(std::unexpected(result.error()));
        then(net::Admission{.counts_as_viewer = viewer});
    };
    if (!viewer) return open(*name, std::move(opened));
    const bool view = !request.recovering && services_.views.first(caller.session, name->thread());
    auto exists = [this, name = *name, view, opened = std::move(opened)](auto thread) mutable {
        if (!thread) return opened(std::unexpected(thread.error()));
        if (view) services_.counters.add_view(name.thread());
        open(name, std::move(opened));
    };
    use_thread(services_, caller, name->thread(), std::move(exists));
}

// Only polls whose results depend on having voted need the voter's ballot.
void CoreBackend::admit_to_poll(
    const Actor& actor, const ChannelName& name, net::Then<net::Admission> then
) {
    const bool staff = domain::may(actor.identity.role, Operation::read_results_of_staff);
    services_.polls.find(
        name.poll(),
        [this, name, staff, actor, then = std::move(then)](auto poll) mutable {
            if (!poll) return then(std::unexpected(poll.error()));
            if ((*poll)->state == domain::PollState::draft && !staff) {
                return then(base::fail(ErrorCode::poll_not_found));
            }
            const bool depends = (*poll)->results == domain::ResultsPolicy::after_vote && !staff;
            PollAdmission admission{actor, name, (*poll)->version, depends, std::move(then)};
            if (depends) return read_ballot(*poll, std::move(admission));
            finish(std::move(admission), domain::results_visible(**poll, false, staff));
        }
    );
}

void CoreBackend::read_ballot(
    const std::shared_ptr<const domain::Poll>& poll, PollAdmission admission
) {
    using Ballots = base::Result<std::vector<domain::OptionSet>>;
    const auto voter = admission.actor.identity.user;
    const auto mark = services_.voters.begin(poll->id, voter);
    auto& then = admission.then;
    then = [this, poll = poll->id, voter, mark, actor = admission.actor, name = admission.name,
            then = std::move(then)](base::Result<net::Admission> admitted) mutable {
        const bool moved = services_.voters.end(poll, voter, mark);
        if (moved && admitted) return admit_to_poll(actor, name, std::move(then));
        then(admitted);
    };
    auto with_ballot = [this, poll, admission = std::move(admission)](Ballots ballots) mutable {
        if (!ballots) return admission.then(std::unexpected(ballots.error()));
        const bool voted = !ballots->front().empty();
        finish(std::move(admission), domain::results_visible(*poll, voted, false));
    };
    services_.store.ballots(
        poll->thread, voter, {poll->box()}, on_loop<Ballots>(services_.loop, std::move(with_ballot))
    );
}

void CoreBackend::finish(PollAdmission admission, bool sees) {
    const auto name = admission.name;
    auto opened = [this, sees,
                   admission = std::move(admission)](base::Result<void> result) mutable {
        auto& then = admission.then;
        if (!result) return then(std::unexpected(result.error()));
        // A new round, or another policy, may have come while the ballot was read.
        const auto now = services_.polls.peek(admission.name.poll());
        const bool changed = now != nullptr && now->version != admission.version;
        if (changed) return admit_to_poll(admission.actor, admission.name, std::move(then));
        then(net::Admission{.sees_results = sees, .by_ballot = admission.by_ballot});
    };
    open(name, std::move(opened));
}

void CoreBackend::open(const ChannelName& name, Opened opened) {
    const std::string key = name.str();
    if (services_.server->channel_number(key)) return opened({});
    auto& waiting = opening_[key];
    waiting.push_back(std::move(opened));
    if (waiting.size() > 1) return;
    services_.gate->open(name, [this, key](base::Result<net::ChannelState> state) {
        if (state) services_.server->open_channel(*state);
        const auto all = opening_.extract(key);
        for (auto& then : all.mapped()) {
            state ? then({}) : then(std::unexpected(state.error()));
        }
        services_.server->flush_replies();
    });
}

namespace {

// A page of the store's log as the wire tells it.
net::ChannelHistory encode_history(const domain::LogPage& page, bool moderation) {
    net::ChannelHistory out{.position = page.position, .complete = page.complete};
    for (const auto& record : page.records) {
        const auto offset = moderation ? record.site_offset : record.offset;
        const auto data = moderation ? moderation_publication(record) : thread_publication(record);
        out.publications.push_back(std::make_shared<const net::Publication>(
            net::Publication{offset, publication_json(data, offset)}
        ));
    }
    return out;
}

}  // namespace

void CoreBackend::history(
    std::string_view channel, std::uint64_t since, std::size_t limit,
    net::Then<net::ChannelHistory> then
) {
    const auto name = parse_channel(channel);
    const bool moderation = name && name->facet == Facet::moderation;
    if (!name || (name->facet != Facet::thread && !moderation)) {
        return then(base::fail(ErrorCode::not_available, "this channel keeps no history"));
    }
    auto answer = [moderation, then = std::move(then)](base::Result<domain::LogPage> page) mutable {
        if (!page) return then(std::unexpected(page.error()));
        then(encode_history(*page, moderation));
    };
    auto on_core = on_loop<base::Result<domain::LogPage>>(services_.loop, std::move(answer));
    if (moderation) return services_.store.site_log(since, limit, std::move(on_core));
    services_.store.thread_log(name->thread(), since, limit, std::move(on_core));
}

void CoreBackend::presence_stats(
    const net::Caller& caller, std::string_view channel, net::Then<net::PresenceStats> then
) {
    const auto name = authorise(caller.identity, channel);
    if (!name) return then(std::unexpected(name.error()));
    struct Gathering {
        net::Presence all;
        std::size_t missing;
        net::Then<net::PresenceStats> then;
    };
    auto gathering = std::make_shared<Gathering>(Gathering{{}, cores_.size(), std::move(then)});
    for (const auto& core : cores_) {
        core.loop->post([this, &core, key = name->str(), gathering]() mutable {
            auto part = core.server->presence(key);
            services_.loop.post([this, part = std::move(part),
                                 gathering = std::move(gathering)]() mutable {
                gathering->all.clients += part.clients;
                gathering->all.users.merge(part.users);
                if (--gathering->missing > 0) return;
                const auto& [clients, users] = gathering->all;
                gathering->then(net::PresenceStats{.clients = clients, .users = users.size()});
                services_.server->flush_replies();
            });
        });
    }
}

std::optional<net::CallOrder> CoreBackend::call_order(std::string_view method) {
    const Method* found = find_method(method);
    return found == nullptr ? std::nullopt : std::optional(found->order);
}

void CoreBackend::call(
    const net::Caller& caller, std::string_view name, std::string_view data, net::ReplyTo to
) {
    const Reply reply{services_.server, to};
    const Method* method = find_method(name);
    if (method == nullptr) return reply.fail({ErrorCode::method_not_found, {}});
    if (!domain::may(caller.identity.role, method->operation)) {
        return reply.fail({ErrorCode::permission_denied, {}});
    }
    const auto params = services_.params.parse(data);
    if (!params) return reply.fail(params.error());
    method->run(services_, caller, *params, reply);
}

void CoreBackend::viewers_changed(std::string_view channel, std::uint64_t viewers) {
    const auto name = parse_channel(channel);
    if (name && name->facet == Facet::thread) services_.gate->set_viewers(name->thread(), viewers);
}

void CoreBackend::unwatched(net::ChannelNumber number) {
    services_.gate->unwatch(number);
}

// Buckets of a session that is gone fill up and are dropped by themselves.
void CoreBackend::disconnected(net::SessionId session, const domain::Identity&) {
    services_.views.forget(session);
}

}  // namespace voxpop::app
