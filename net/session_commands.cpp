// What each command does, except for subscribing.
#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "net/protocol/encode.hpp"
#include "net/session.hpp"

namespace voxpop::net {
namespace limits = base::limits;
using base::ErrorCode;
using protocol::CommandKind;

namespace {

// The first ping comes at 50 to 100 % of the interval, so that those who came together part.
base::Millis first_ping(SessionId id, base::Millis interval) {
    const auto spread = static_cast<base::Millis::rep>(id * 0x9e3779b97f4a7c15ULL >> 40);
    return interval / 2 + base::Millis(spread % (interval.count() / 2 + 1));
}

// As many as `bytes_max` holds: the first ones, for one who reads on from there, or the newest.
std::vector<PublicationPtr> fit(
    std::vector<PublicationPtr> publications, std::size_t bytes_max, bool first
) {
    const auto fits = [&bytes_max](const PublicationPtr& publication) {
        const auto bytes = publication->json.size() + 1;
        if (bytes > bytes_max) return false;
        bytes_max -= bytes;
        return true;
    };
    if (first) {
        publications.erase(std::ranges::find_if_not(publications, fits), publications.end());
    } else {
        const auto rest = std::find_if_not(publications.rbegin(), publications.rend(), fits);
        publications.erase(publications.begin(), rest.base());
    }
    return publications;
}

}  // namespace

void Session::run(const protocol::Command& command) {
    context_.count(base::Metric::commands);
    if (!connected_ && command.kind != CommandKind::connect) return close(close::kBadRequest);
    if (connected_ && command.id != 0) {  // whatever wants an answer
        if (const auto allowed = context_.backend.take_command(id_); !allowed) {
            answer_error(command.id, allowed.error());
            return check_outbox();
        }
    }
    execute(command);
    check_outbox();
}

void Session::execute(const protocol::Command& command) {
    switch (command.kind) {
        case CommandKind::pong:
            return on_pong();
        case CommandKind::connect:
            return on_connect(command);
        case CommandKind::subscribe:
            return on_subscribe(command);
        case CommandKind::unsubscribe:
            return on_unsubscribe(command);
        case CommandKind::rpc:
            return on_rpc(command);
        case CommandKind::history:
            return on_history(command);
        case CommandKind::refresh:
            return on_refresh(command);
        case CommandKind::presence_stats:
            return on_presence_stats(command);
        case CommandKind::publish:
        case CommandKind::presence:
        case CommandKind::sub_refresh:
            return answer_error(command.id, {ErrorCode::not_available, {}});
        case CommandKind::send:
            return close(close::kNotAvailable);
    }
}

void Session::on_pong() {
    if (!pong_due_) return close(close::kBadRequest);
    pong_due_ = false;
    arm();
}

// The name of this connection for the client's developer.
std::string Session::client() const {
    return context_.options.node_name + "-" + std::to_string(context_.options.core) + "-" +
           std::to_string(id_);
}

void Session::on_connect(const protocol::Command& command) {
    if (connected_) return close(close::kBadRequest);
    auto welcome = context_.backend.connect(
        peer_, {command.token, command.data, command.name, command.version}
    );
    if (!welcome) {
        const auto code = welcome.error().code;
        if (code == ErrorCode::unauthorized) return close(close::kInvalidToken);
        answer_error(command.id, welcome.error());
        // What the client sent along is for a connection that there will not be. With a fresh
        // token, or later, it may come again.
        const bool again = welcome.error().temporary() || code == ErrorCode::token_expired;
        return close(again ? close::kConnectionClosed : close::kBadRequest);
    }
    const auto now = context_.clock.monotonic();
    identity_ = std::move(welcome->identity);
    connected_ = true;
    ping_at_ = now + first_ping(id_, context_.options.ping_interval);
    if (welcome->ttl) expires_ = now + *welcome->ttl + limits::kTokenGrace;
    const std::string name = client();
    protocol::append_connect(
        begin_answer(), command.id,
        {.client = name,
         .node = context_.options.node_name,
         .version = context_.options.version,
         .ping_seconds =
             std::chrono::ceil<std::chrono::seconds>(context_.options.ping_interval).count(),
         .ttl = welcome->ttl,
         .data = welcome->data}
    );
    arm();
}

void Session::on_refresh(const protocol::Command& command) {
    auto welcome = context_.backend.refresh(caller(), command.token);
    if (!welcome) {
        const auto code = welcome.error().code;
        if (code == ErrorCode::unauthorized) return close(close::kInvalidToken);
        return answer_error(command.id, welcome.error());
    }
    const bool other_role = welcome->identity.role != identity_.role;
    identity_ = std::move(welcome->identity);
    expires_ = welcome->ttl ? context_.clock.monotonic() + *welcome->ttl + limits::kTokenGrace
                            : base::Monotonic{};
    const std::string name = client();
    protocol::append_refresh(
        begin_answer(), command.id,
        {.client = name, .version = context_.options.version, .ttl = welcome->ttl}
    );
    // What the old role was admitted to, the new one has to ask for. Nothing is on its way: a
    // refresh waits for the commands before it.
    while (other_role && !entries_.empty()) send_away(entries_.back()->subscription);
    arm();
}

void Session::on_rpc(const protocol::Command& command) {
    const auto order = context_.backend.call_order(command.method);
    if (!order) return answer_error(command.id, {ErrorCode::method_not_found, {}});
    ++outstanding_;
    barrier_ = *order == CallOrder::barrier;
    context_.backend.call(caller(), command.method, command.data, {id_, command.id});
}

void Session::on_presence_stats(const protocol::Command& command) {
    ++outstanding_;
    barrier_ = true;
    auto then = [&context = context_, id = id_,
                 number = command.id](base::Result<PresenceStats> stats) {
        Session* session = context.find(id);
        if (session == nullptr) return;
        if (!stats) return session->fail(number, stats.error());
        protocol::append_presence_stats(session->begin_answer(), number, *stats);
        session->answered();
    };
    context_.backend.presence_stats(caller(), command.channel, std::move(then));
}

// Of a channel that this session is subscribed to: the position, and publications after `since` or
// the newest.
void Session::on_history(const protocol::Command& command) {
    const Entry* entry = find_entry(command.channel);
    if (entry == nullptr || !entry->live) {
        return answer_error(command.id, {ErrorCode::permission_denied, "subscribe first"});
    }
    const HubChannel& channel = *entry->subscription.channel;
    if (channel.kind != ChannelKind::stream || command.reverse) {
        return answer_error(command.id, {ErrorCode::not_available, {}});
    }
    if (command.since && !command.since->epoch.empty() &&
        command.since->epoch != channel.position.epoch) {
        return answer_error(command.id, {ErrorCode::unrecoverable_position, {}});
    }
    const std::size_t wanted =
        command.limit < 0 ? limits::kRecoverEventsMax : static_cast<std::size_t>(command.limit);
    const std::size_t limit = std::min(wanted, limits::kRecoverEventsMax);
    if (limit == 0) {
        return protocol::append_history(begin_answer(), command.id, {channel.position, {}});
    }
    const std::uint64_t top = channel.position.offset;
    const std::uint64_t since =
        command.since ? command.since->offset : top - std::min<std::uint64_t>(top, limit);
    ++outstanding_;
    barrier_ = true;
    auto then = [&context = context_, id = id_, number = command.id,
                 asked = command.since.has_value()](base::Result<ChannelHistory> history) {
        Session* session = context.find(id);
        if (session == nullptr) return;
        if (!history) return session->fail(number, history.error());
        if (asked && !history->complete) {
            return session->fail(number, {ErrorCode::unrecoverable_position, {}});
        }
        protocol::append_history(
            session->begin_answer(), number,
            {history->position,
             fit(std::move(history->publications), session->outbox_.stream_bytes_max(), asked)}
        );
        session->answered();
    };
    context_.backend.history(entry->channel, since, limit, std::move(then));
}

}  // namespace voxpop::net
