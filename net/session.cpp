#include "net/session.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "net/protocol/encode.hpp"

namespace voxpop::net {
namespace limits = base::limits;
using base::ErrorCode;
using protocol::CommandKind;

Session::Session(SessionContext& context, SessionId id, Peer peer, Wire& wire)
    : context_(context),
      id_(id),
      peer_(std::move(peer)),
      wire_(wire),
      outbox_(context.options.outbox_bytes_max) {
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
    // A pong does not queue: behind a slow command it would come too late.
    if (!waiting_.empty() && line != "{}") return wait_for_turn(line);
    const auto command = context_.parser.parse(line);
    if (!command) {
        context_.count(base::Metric::parse_errors);
        return close(close::kBadRequest);
    }
    if (may_start(*command)) return run(*command);
    wait_for_turn(line);
}

void Session::wait_for_turn(std::string_view line) {
    waiting_.emplace_back(line);
    waiting_bytes_ += line.size();
}

// Bounded twice: many small commands, few large ones.
bool Session::full() const {
    return waiting_.size() >= limits::kPendingCommandsMax ||
           waiting_bytes_ >= context_.options.first_frame_bytes_max;
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
    const bool was_full = full();
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
        waiting_bytes_ -= waiting_.front().size();
        waiting_.pop_front();
        run(*command);
    }
    pumping_ = false;
    if (was_full && wants_frames()) wire_.resume_reading();
}

void Session::answered() {
    check_outbox();
    if (outstanding_ == 0) return;  // answered twice: the first one stands
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
    // It would close the connection of one who reads, and who would come back for the same.
    if (result.size() > outbox_.stream_bytes_max()) {
        return fail(command, {ErrorCode::limit_exceeded, "the answer is too large; ask for less"});
    }
    protocol::append_rpc(begin_answer(), command, result);
    answered();
}

void Session::fail(std::uint32_t command, const base::Error& error) {
    answer_error(command, error);
    answered();
}

void Session::answer_error(std::uint32_t command, const base::Error& error) {
    context_.count(base::Metric::command_errors);
    protocol::append_error(begin_answer(), command, error);
}

void Session::close(const CloseCode& why) {
    if (outbox_.closed()) return;
    waiting_.clear();
    waiting_bytes_ = 0;
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
        return send_away(subscription);
    }
    context_.count(base::Metric::pushes_delivered);
    wire_.wants_flush();
    check_outbox();
}

void Session::send_away(Subscription& subscription) {
    outbox_.drop_channel(subscription.channel->number);
    context_.hub.remove(subscription, context_.clock.monotonic());
    resubscribe(subscription);
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

void Session::show_results(std::string_view channel, bool visible) {
    Entry* entry = find_entry(channel);
    if (entry == nullptr || entry->subscription.sees_results == visible) return;
    // What waits was meant for one who saw them.
    if (!visible && entry->live) outbox_.drop_channel(entry->subscription.channel->number);
    entry->subscription.sees_results = visible;
}

}  // namespace voxpop::net
