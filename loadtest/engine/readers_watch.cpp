// What readers see, compared with what they must see.
#include "loadtest/engine/readers.hpp"
#include "loadtest/wire/outbound.hpp"

namespace voxpop::load {

namespace {

constexpr std::size_t kHideableMax = 256;

}  // namespace

void Readers::odd(
    Slot slot, const Subscription& subscription, entry::Oddity kind, std::uint64_t expected,
    std::uint64_t got
) {
    const bool of_a_channel =
        kind != entry::Oddity::not_protocol && subscription.channel < plan_.channels.size();
    journal_.write(entry::Odd{
        voter(slot), run_ms(now_ns_), kind,
        of_a_channel ? plan_.channels[subscription.channel].name : std::string(), expected, got
    });
}

void Readers::start_stream(Slot slot, Subscription& subscription, const SubscribeResult& result) {
    if (!result.recoverable) {
        if (!result.data.empty()) see(slot, subscription, 0, result.data);
        return;
    }
    const bool recovered = result.was_recovering && result.recovered;
    const auto start = recovered               ? entry::Start::recovered
                       : result.was_recovering ? entry::Start::reload
                                               : entry::Start::fresh;
    // Offsets of one epoch go on growing. A new position below the last one is a stream that went
    // back.
    const std::uint32_t epoch = epoch_place(result.epoch);
    const auto before = subscription.position;
    if (subscription.positioned && subscription.epoch == epoch && result.offset < before) {
        odd(slot, subscription, entry::Oddity::version_back, before, result.offset);
    }
    subscription.epoch = epoch;
    subscription.positioned = true;
    if (!recovered) subscription.position = result.offset;
    journal_.write(entry::Follows{
        voter(slot), run_ms(now_ns_), start, plan_.channels[subscription.channel].name,
        std::string(result.epoch), subscription.position
    });
    if (recovered) board_.add(Counter::recovered);
    if (start == entry::Start::reload) board_.add(Counter::reloads);
    const bool whole = inbound_.for_each_publication(
        result.publications,
        [&](std::uint64_t offset, std::string_view data) {
            board_.add(Counter::recovered_publications);
            see(slot, subscription, offset, data);
        }
    );
    if (!whole) odd(slot, subscription, entry::Oddity::not_protocol, 0, result.offset);
}

void Readers::see(
    Slot slot, Subscription& subscription, std::uint64_t offset, std::string_view data
) {
    switch (plan_.channels[subscription.channel].kind) {
        case ChannelKind::thread:
        case ChannelKind::moderation:
            return see_event(slot, subscription, offset, data);
        case ChannelKind::poll:
            return see_tally(slot, subscription, data);
        case ChannelKind::counts:
            return see_counts(slot, subscription, data);
    }
}

void Readers::see_event(
    Slot slot, Subscription& subscription, std::uint64_t offset, std::string_view data
) {
    const ChannelPlan& channel = plan_.channels[subscription.channel];
    const std::uint64_t due = subscription.position + 1;
    if (offset > due) odd(slot, subscription, entry::Oddity::gap, due, offset);
    if (offset < due) odd(slot, subscription, entry::Oddity::again, due, offset);
    subscription.position = std::max(subscription.position, offset);

    const auto event = inbound_.parse_thread_event(data);
    if (!event) return odd(slot, subscription, entry::Oddity::not_protocol, 0, offset);
    const bool moderation = channel.kind == ChannelKind::moderation;
    if (group(slot).moderators && event->state == "visible") keep_for_moderators(*event);
    if (moderation) return;
    const bool shows_hidden = event->state != "visible" && !event->text.empty();
    if (event->for_moderators || shows_hidden) {
        odd(slot, subscription, entry::Oddity::leaked_moderation, 0, offset);
    }

    auto& newest = shared_.newest_offset[channel.subject];
    if (offset > newest.load(std::memory_order_relaxed)) {
        newest.store(offset, std::memory_order_relaxed);
    }
    const StreamLog::Place place{subscription.channel, subscription.epoch, offset};
    const auto identity = StreamLog::identity(event->type, event->comment);
    const StreamLog::Known* known = streams_.find(place);
    if (known == nullptr || known->identity != identity) {
        Stamp stamp;
        const bool ours =
            event->type == "posted" && read_stamp(event->text, stamp) && stamp.run == plan_.run;
        if (known == nullptr) streams_.enter(place, {identity, ours ? stamp.intended_ns : 0});
        journal_.write(entry::Published{
            false, channel.name, epochs_[subscription.epoch], offset, std::string(event->type),
            std::string(event->comment)
        });
        known = streams_.find(place);
    }
    // What is recovered was late by as long as its reader was away; a slow reader is late by its
    // own doing.
    if (subscription.live && !readers_[slot].slow && known->intended_ns != 0) {
        board_.record(Event::see_comment, known->intended_ns, now_ns_);
    }
}

bool Readers::may_see_results(Slot slot, std::size_t poll, bool closed) const {
    const std::string& results = plan_.polls[poll].results;
    if (results == "always" || group(slot).moderators) return true;
    if (results == "after_vote") return readers_[slot].has_voted || closed;
    return results == "after_close" && closed;
}

void Readers::see_tally(Slot slot, Subscription& subscription, std::string_view data) {
    const auto tally = inbound_.parse_tally(data);
    if (!tally) return odd(slot, subscription, entry::Oddity::not_protocol, 0, data.size());
    const std::size_t poll = plan_.channels[subscription.channel].subject;
    if (tally->shows_results && !may_see_results(slot, poll, tally->closed)) {
        odd(slot, subscription, entry::Oddity::leaked_result, 0, tally->version);
    }
    // Without results it says that the poll opened or closed; its version counts other things.
    if (!tally->shows_results) return;
    const auto shown_before = subscription.position;
    if (!see_version(slot, subscription, tally->version)) return;
    const StreamLog::Place place{subscription.channel, 0, tally->version};
    const StreamLog::Known* known = streams_.find(place);
    if (known == nullptr) {
        streams_.enter(place, {tally->numbers, 0});
    } else if (known->identity != tally->numbers) {
        odd(slot, subscription, entry::Oddity::version_differs, tally->version, tally->voters);
    }
    if (!subscription.live || readers_[slot].slow || poll >= kTimedPollsMax) return;
    if (tally->version == shown_before) return;
    // The vote that waited longest for this tally.
    const auto voted_ns = shared_.tally_times[poll].of(shown_before + 1);
    if (voted_ns != 0) board_.record(Event::see_tally, voted_ns, now_ns_);
}

void Readers::see_counts(Slot slot, Subscription& subscription, std::string_view data) {
    const auto counts = inbound_.parse_tally(data);
    if (!counts) return odd(slot, subscription, entry::Oddity::not_protocol, 0, data.size());
    // The channel also carries the reactions to single comments; those have no version of their
    // own.
    if (counts->version != 0) static_cast<void>(see_version(slot, subscription, counts->version));
}

// False when it went back.
bool Readers::see_version(Slot slot, Subscription& subscription, std::uint64_t version) {
    if (version < subscription.position) {
        odd(slot, subscription, entry::Oddity::version_back, subscription.position, version);
        return false;
    }
    subscription.position = version;
    return true;
}

void Readers::leave_streams(Slot slot, bool at_end) {
    for (const Subscription& subscription : readers_[slot].subscriptions) {
        if (!subscription.live || !subscription.positioned) continue;
        journal_.write(entry::Left{
            voter(slot), at_end, plan_.channels[subscription.channel].name,
            epochs_[subscription.epoch], subscription.position
        });
    }
}

void Readers::keep_for_moderators(const ThreadEvent& event) {
    if (event.type != "posted" || hideable_.size() >= kHideableMax) return;
    hideable_.emplace_back(event.comment);
}

}  // namespace voxpop::load
