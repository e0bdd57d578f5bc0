#include "net/session.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "net/protocol/encode.hpp"

namespace voxpop::net {
namespace limits = base::limits;
using protocol::CommandKind;

namespace {

// The first ping comes at 50 to 100 % of the interval, so that those who came together part.
base::Millis first_ping(SessionId id, base::Millis interval) {
    const auto spread = static_cast<base::Millis::rep>(id * 0x9e3779b97f4a7c15ULL >> 40);
    return interval / 2 + base::Millis(spread % (interval.count() / 2 + 1));
}

const FramePtr& ping_frame() {
    static const FramePtr frame = make_text_frame("{}");
    return frame;
}

}  // namespace

Session::Session(SessionContext& context, SessionId id, Peer peer, Wire& wire)
    : context_(context),
      id_(id),
      peer_(std::move(peer)),
      wire_(wire),
      outbox_(context.options.outbox_bytes_max),
      limit_(limits::kPendingCommandsMax) {
    connect_by_ = context_.clock.monotonic() + context_.options.connect_timeout;
    arm();
}

Session::~Session() {
    const auto now = context_.clock.monotonic();
    for (auto& entry : entries_) {
        if (entry->live) context_.hub.remove(entry->subscription, now);
    }
    if (connected_) context_.backend.disconnected(id_, identity_);
}

std::size_t Session::frame_bytes_max() const {
    return connected_ ? context_.options.command_bytes_max : context_.options.first_frame_bytes_max;
}

void Session::on_frame(std::string_view text) {
    if (text.empty()) return close(close::kBadRequest);
    std::size_t commands = 0;
    while (!text.empty() && !outbox_.closed()) {
        const auto line = protocol::take_line(text);
        const bool sound = !line.empty() && line.size() <= frame_bytes_max() &&
                           ++commands <= limits::kCommandsPerFrameMax;
        if (!sound) return close(close::kBadRequest);
        take(line);
    }
}

void Session::take(std::string_view line) {
    if (!waiting_.empty()) {
        waiting_.emplace_back(line);
        return;
    }
    const auto command = context_.parser.parse(line);
    if (!command) {
        context_.count(base::Metric::parse_errors);
        return close(close::kBadRequest);
    }
    if (may_start(*command)) return run(*command);
    waiting_.emplace_back(line);
}

bool Session::may_start(const protocol::Command& command) const {
    if (outstanding_ == 0 || command.kind == CommandKind::pong) return true;
    if (barrier_ || command.kind != CommandKind::rpc) return false;
    return context_.backend.call_order(command.method) == CallOrder::write;
}

// Runs what waits, as far as it may.
void Session::pump() {
    if (pumping_) return;
    pumping_ = true;
    const bool was_full = waiting_.size() >= limit_;
    while (!waiting_.empty() && !outbox_.closed()) {
        context_.line.assign(waiting_.front()).append(protocol::kPadding, ' ');
        const auto text = std::string_view(context_.line).substr(0, waiting_.front().size());
        const auto command = context_.parser.parse(text);
        if (!command) {
            context_.count(base::Metric::parse_errors);
            close(close::kBadRequest);
            break;
        }
        if (!may_start(*command)) break;
        waiting_.pop_front();
        run(*command);
    }
    pumping_ = false;
    if (was_full && wants_frames()) wire_.resume_reading();
}

void Session::answered() {
    --outstanding_;
    if (outstanding_ > 0) return;
    barrier_ = false;
    if (!waiting_.empty()) pump();
}

std::string& Session::begin_answer() {
    wire_.wants_flush();
    return outbox_.begin_line();
}

void Session::reply(std::uint32_t command, std::string_view result) {
    protocol::append_rpc(begin_answer(), command, result);
    check_outbox();
    answered();
}

void Session::fail(std::uint32_t command, const base::Error& error) {
    answer_error(command, error);
    answered();
}

void Session::answer_error(std::uint32_t command, const base::Error& error) {
    context_.count(base::Metric::command_errors);
    protocol::append_error(begin_answer(), command, error);
    check_outbox();
}

void Session::close(const CloseCode& why) {
    if (outbox_.closed()) return;
    waiting_.clear();
    outbox_.push_close(why.code, why.reason);
    wire_.closing();
    wire_.wants_flush();
}

void Session::check_outbox() {
    if (!outbox_.overflown() || outbox_.closed()) return;
    context_.count(base::Metric::slow_disconnects);
    outbox_.drop_waiting();
    close(close::kSlow);
}

void Session::push(Subscription& subscription, const ChannelUpdate& update) {
    const bool masked = update.has_mask && !subscription.sees_results;
    const FramePtr& frame =
        masked ? subscription.by_number ? update.masked_by_number : update.masked_by_name
        : subscription.by_number ? update.by_number
                                 : update.by_name;
    if (!frame || outbox_.closed()) return;
    if (subscription.channel->kind == ChannelKind::latest) {
        outbox_.push_latest(frame, update.number, update.conflation_key);
    } else if (!outbox_.push_stream(frame, update.number)) {
        context_.count(base::Metric::slow_resubscribes);
        outbox_.drop_channel(update.number);
        context_.hub.remove(subscription, context_.clock.monotonic());
        return resubscribe(subscription);
    }
    context_.count(base::Metric::pushes_delivered);
    wire_.wants_flush();
    check_outbox();
}

void Session::resubscribe(Subscription& subscription) {
    const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
        return &entry->subscription == &subscription;
    });
    protocol::append_unsubscribe_push(
        begin_answer(), (*at)->channel, unsubscribe::kInsufficientState
    );
    entries_.erase(at);
    check_outbox();
}

void Session::reveal_results(std::string_view channel) {
    if (Entry* entry = find_entry(channel)) entry->subscription.sees_results = true;
}

// Asks for the timer of the earliest deadline.
void Session::arm() {
    base::Monotonic due = connected_ ? (pong_due_ ? pong_by_ : ping_at_) : connect_by_;
    if (expires_ != base::Monotonic{}) due = std::min(due, expires_);
    armed_ = due;
    context_.schedule(id_, due);
}

void Session::on_timer(base::Monotonic due) {
    if (due != armed_ || outbox_.closed()) return;  // of a deadline that has moved since
    const auto now = context_.clock.monotonic();
    if (!connected_) return close(close::kStale);
    if (expires_ != base::Monotonic{} && expires_ <= now) return close(close::kConnectionExpired);
    if (pong_due_ && pong_by_ <= now) {
        context_.count(base::Metric::pong_timeouts);
        return close(close::kNoPong);
    }
    if (!pong_due_ && ping_at_ <= now) ping(now);
    arm();
}

void Session::ping(base::Monotonic now) {
    outbox_.push_control(ping_frame());
    wire_.wants_flush();
    pong_due_ = true;
    pong_by_ = now + context_.options.pong_timeout;
    ping_at_ = now + context_.options.ping_interval;
}

// Commands.

void Session::run(const protocol::Command& command) {
    context_.count(base::Metric::commands);
    if (!connected_ && command.kind != CommandKind::connect) return close(close::kBadRequest);
    switch (command.kind) {
        case CommandKind::pong:
            if (!pong_due_) return close(close::kBadRequest);
            pong_due_ = false;
            return arm();
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
        case CommandKind::presence_stats: {
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
            return context_.backend.presence_stats(caller(), command.channel, std::move(then));
        }
        case CommandKind::publish:
        case CommandKind::presence:
        case CommandKind::sub_refresh:
            return answer_error(command.id, {base::ErrorCode::not_available, {}});
        case CommandKind::send:
            return close(close::kNotAvailable);
    }
}

void Session::on_connect(const protocol::Command& command) {
    if (connected_) return close(close::kBadRequest);
    auto welcome = context_.backend.connect(
        peer_, {command.token, command.data, command.name, command.version}
    );
    if (!welcome) {
        if (welcome.error().code == base::ErrorCode::unauthorized)
            return close(close::kInvalidToken);
        answer_error(command.id, welcome.error());
        // What the client sent along is for a connection that there will not be.
        return close(welcome.error().temporary() ? close::kConnectionClosed : close::kBadRequest);
    }
    const auto now = context_.clock.monotonic();
    identity_ = std::move(welcome->identity);
    connected_ = true;
    ping_at_ = now + first_ping(id_, context_.options.ping_interval);
    if (welcome->ttl) expires_ = now + *welcome->ttl + limits::kTokenGrace;
    const std::string client = context_.options.node_name + "-" +
                               std::to_string(context_.options.core) + "-" + std::to_string(id_);
    protocol::append_connect(
        begin_answer(), command.id,
        {.client = client,
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
        if (welcome.error().code == base::ErrorCode::unauthorized)
            return close(close::kInvalidToken);
        return answer_error(command.id, welcome.error());
    }
    identity_ = std::move(welcome->identity);
    expires_ = welcome->ttl ? context_.clock.monotonic() + *welcome->ttl + limits::kTokenGrace
                            : base::Monotonic{};
    const std::string client = context_.options.node_name + "-" +
                               std::to_string(context_.options.core) + "-" + std::to_string(id_);
    protocol::append_refresh(
        begin_answer(), command.id,
        {.client = client, .version = context_.options.version, .ttl = welcome->ttl}
    );
    arm();
}

void Session::on_rpc(const protocol::Command& command) {
    const auto order = context_.backend.call_order(command.method);
    if (!order) return answer_error(command.id, {base::ErrorCode::method_not_found, {}});
    ++outstanding_;
    barrier_ = *order == CallOrder::barrier;
    context_.backend.call(caller(), command.method, command.data, {id_, command.id});
}

}  // namespace voxpop::net
