// What comes in over a reader's link: replies, refusals and pushes, each to where it belongs.
#include <algorithm>
#include <limits>

#include "loadtest/engine/readers.hpp"

namespace voxpop::load {

namespace {

// Refusals after which the same may succeed a moment later.
bool is_temporary(std::uint16_t code) {
    return code == 100 || code == 109 || code == 111 || code == 420 || code == 421;
}

}  // namespace

void Readers::on_message(Slot slot, std::string_view message) {
    now_ns_ = load::now_ns();
    while (!message.empty() && transport_->is_open(slot)) {
        const auto line = message.substr(0, message.find('\n'));
        take_line(slot, line);
        message.remove_prefix(std::min(message.size(), line.size() + 1));
    }
}

void Readers::take_line(Slot slot, std::string_view line) {
    const auto inbound = inbound_.parse(line);
    if (!inbound) {
        board_.add(Counter::broken);
        return odd(slot, {}, entry::Oddity::not_protocol, 0, line.size());
    }
    switch (inbound->kind) {
        case Inbound::Kind::ping:
            if (readers_[slot].answers_pings) transport_->send(slot, "{}");
            return;
        case Inbound::Kind::reply:
        case Inbound::Kind::refusal:
            return take_reply(slot, *inbound);
        case Inbound::Kind::publication:
        case Inbound::Kind::unsubscribed:
            return take_push(slot, *inbound);
        case Inbound::Kind::other:
            return;
    }
}

void Readers::take_reply(Slot slot, const Inbound& reply) {
    auto& waiting = readers_[slot].pending;
    const auto at = std::ranges::find(waiting, reply.id, &Pending::id);
    if (at == waiting.end()) {
        // An answer to nothing: the server confuses its clients.
        board_.add(Counter::broken);
        return odd(slot, {}, entry::Oddity::not_protocol, 0, reply.id);
    }
    const Pending pending = *at;
    waiting.erase(at);
    if (is_write(pending.asked)) settle_write(pending);
    if (reply.kind == Inbound::Kind::refusal) return take_refusal(slot, pending, reply.code);
    switch (pending.asked) {
        case Asked::connect:
            return take_connect(slot, pending, reply.result);
        case Asked::subscribe:
            return take_subscribe(slot, pending, reply.result);
        case Asked::vote:
            return take_vote(slot, pending, reply.result);
        case Asked::comment:
            return take_comment(slot, pending, reply.result);
        case Asked::save:
            return take_done(slot, pending, Event::save, 0, {});
        case Asked::moderate:
            return take_done(slot, pending, Event::moderate, 0, {});
    }
}

void Readers::settle_write(const Pending&) {
    if (const auto stall = silence_.heard(now_ns_, waiting_)) {
        board_.add(Counter::stalls);
        journal_.write(
            entry::Stall{run_ms(stall->from_ns), stall->length_ns / 1'000'000, stall->waiting}
        );
    }
    --waiting_;
}

void Readers::take_refusal(Slot slot, const Pending& pending, std::uint16_t code) {
    board_.refuse(code);
    if (is_write(pending.asked)) {
        journal_.write(entry::Refused{voter(slot), pending.id, run_ms(now_ns_), code});
        return;
    }
    if (pending.asked == Asked::subscribe) {
        if (is_temporary(code)) {
            later(slot, Due::What::subscribe, now_ns_ + backoff_ns(readers_[slot]));
        }
        return;
    }
    // The connect command itself: the server closes, or leaves us in the dark.
    board_.add(Counter::connect_failures);
    transport_->close(slot);
    if (is_temporary(code)) return lose(slot, now_ns_ + backoff_ns(readers_[slot]));
    readers_[slot].gone = true;
    lose(slot, std::numeric_limits<std::int64_t>::max());
}

void Readers::take_connect(Slot slot, const Pending& pending, std::string_view result) {
    Reader& reader = readers_[slot];
    const auto connected = inbound_.parse_connect(result);
    if (!connected) return odd(slot, {}, entry::Oddity::not_protocol, 0, result.size());
    reader.connected = true;
    reader.answers_pings = connected->pong;
    if (!connected->device.empty()) reader.device = connected->device;
    if (pending.intended_ns != 0) board_.record(Event::connect, pending.intended_ns, now_ns_);
    if (reader.slow) later(slot, Due::What::pause, now_ns_ + 1'000'000'000);
    note_readiness(slot, now_ns_);
}

void Readers::take_subscribe(Slot slot, const Pending& pending, std::string_view result) {
    auto& subscription = readers_[slot].subscriptions[pending.place];
    const auto subscribed = inbound_.parse_subscribe(result);
    if (!subscribed) {
        return odd(slot, subscription, entry::Oddity::not_protocol, 0, result.size());
    }
    subscription.number = subscribed->number;
    start_stream(slot, subscription, *subscribed);
    subscription.live = true;
    note_readiness(slot, now_ns_);
}

void Readers::take_done(
    Slot slot, const Pending& pending, Event event, std::uint64_t number, std::string_view result
) {
    board_.add(Counter::acknowledged);
    board_.record(event, pending.intended_ns, now_ns_);
    journal_.write(
        entry::Done{voter(slot), pending.id, run_ms(now_ns_), number, std::string(result)}
    );
}

void Readers::take_vote(Slot slot, const Pending& pending, std::string_view result) {
    const auto data = inbound_.parse_rpc(result);
    const auto tally = data ? inbound_.parse_vote(*data, choice_) : std::nullopt;
    if (!tally) return odd(slot, {}, entry::Oddity::not_protocol, 0, result.size());
    const std::size_t poll = group(slot).poll;
    if (poll < kTimedPollsMax && tally->version != 0) {
        shared_.tally_times[poll].note(tally->version, pending.intended_ns);
    }
    take_done(slot, pending, Event::vote, tally->version, choice_);
}

void Readers::take_comment(Slot slot, const Pending& pending, std::string_view result) {
    const auto data = inbound_.parse_rpc(result);
    const auto comment = data ? inbound_.parse_comment(*data) : std::nullopt;
    if (!comment) return odd(slot, {}, entry::Oddity::not_protocol, 0, result.size());
    auto& newest = shared_.newest_offset[group(slot).thread];
    if (comment->offset > newest.load(std::memory_order_relaxed)) {
        newest.store(comment->offset, std::memory_order_relaxed);
    }
    take_done(slot, pending, Event::comment, comment->offset, comment->id);
}

void Readers::take_push(Slot slot, const Inbound& push) {
    auto& subscriptions = readers_[slot].subscriptions;
    const auto at = std::ranges::find_if(subscriptions, [&](const Subscription& s) {
        if (push.channel.empty()) return s.live && s.number == push.number;
        return plan_.channels[s.channel].name == push.channel;
    });
    if (at == subscriptions.end()) {
        if (push.channel.starts_with("mod:")) {
            odd(slot, {}, entry::Oddity::leaked_moderation, 0, push.offset);
        }
        return;
    }
    if (push.kind == Inbound::Kind::unsubscribed) return take_unsubscribed(slot, *at, push.code);
    board_.add(Counter::deliveries);
    see(slot, *at, push.offset, push.data);
}

void Readers::take_unsubscribed(Slot slot, Subscription& subscription, std::uint16_t code) {
    subscription.live = false;
    if (subscription.positioned) {
        journal_.write(entry::Left{
            voter(slot), false, plan_.channels[subscription.channel].name,
            epochs_[subscription.epoch], subscription.position
        });
    }
    note_readiness(slot, now_ns_);
    if (code >= 2500) subscribe_missing(slot);
}

}  // namespace voxpop::load
