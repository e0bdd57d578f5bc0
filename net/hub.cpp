#include "net/hub.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"

namespace voxpop::net {
namespace limits = base::limits;
namespace {

// The publication of `offset` among contiguous ones, whose first has the offset `first`.
template <class Publications>
auto* at_offset(Publications& publications, std::uint64_t first, std::uint64_t offset) {
    const bool there = offset >= first && offset - first < publications.size();
    return there ? &publications[offset - first] : nullptr;
}

// Lists of subscriptions, each of which knows its index: removal in constant time.
using IndexOf = std::size_t Subscription::*;

void put_in(std::vector<Subscription*>& list, Subscription& subscription, IndexOf index) {
    subscription.*index = list.size();
    list.push_back(&subscription);
}

void take_out(std::vector<Subscription*>& list, const Subscription& subscription, IndexOf index) {
    Subscription* last = list.back();
    list[subscription.*index] = last;
    last->*index = subscription.*index;
    list.pop_back();
}

}  // namespace

bool HubChannel::reaches(std::uint64_t offset) const {
    return offset <= position.offset && position.offset - offset <= history.size();
}

void HubChannel::append_after(std::uint64_t offset, std::vector<PublicationPtr>& out) const {
    for (const auto& kept : history) {
        if (kept.publication->offset > offset) out.push_back(kept.publication);
    }
}

void HubChannel::bring_up_to_date(std::vector<PublicationPtr>& publications) const {
    if (publications.empty()) return;
    const std::uint64_t first = publications.front()->offset;
    const auto overwrite = [&](const Kept& kept) {
        if (auto* old = at_offset(publications, first, kept.publication->offset)) {
            *old = kept.publication;
        }
    };
    std::ranges::for_each(replaced, overwrite);
    std::ranges::for_each(history, overwrite);
}

void Hub::open(const ChannelState& state, base::Monotonic now) {
    auto& slot = channels_[state.name];
    if (slot) {
        restart(*slot, now);
        by_number_.erase(slot->number);
    }
    slot = std::make_unique<HubChannel>();
    slot->name = state.name;
    slot->number = state.number;
    slot->kind = state.kind;
    slot->position = state.position;
    for (const auto& publication : state.history) slot->history.push_back({publication, now});
    slot->snapshot = state.snapshot;
    slot->snapshot_masked = state.snapshot_masked;
    by_number_[state.number] = slot.get();
    note_idle(*slot, now);  // until somebody subscribes
}

HubChannel* Hub::find(std::string_view name) {
    const auto at = channels_.find(std::string(name));
    return at == channels_.end() ? nullptr : at->second.get();
}

const HubChannel* Hub::find(std::string_view name) const {
    const auto at = channels_.find(std::string(name));
    return at == channels_.end() ? nullptr : at->second.get();
}

void Hub::add(HubChannel& channel, Subscription& subscription) {
    subscription.channel = &channel;
    put_in(channel.subscribers, subscription, &Subscription::index);
    ++subscription_count_;
    if (subscription.by_ballot) {
        auto& own = channel.by_voter[subscription.owner->user()];
        put_in(own, subscription, &Subscription::of_voter);
    }
    if (!subscription.viewer) return;
    ++channel.viewers;
    note_viewers(channel);
}

void Hub::remove(Subscription& subscription, base::Monotonic now) {
    HubChannel& channel = *std::exchange(subscription.channel, nullptr);
    take_out(channel.subscribers, subscription, &Subscription::index);
    --subscription_count_;
    if (subscription.by_ballot) {
        const auto own = channel.by_voter.find(subscription.owner->user());
        take_out(own->second, subscription, &Subscription::of_voter);
        if (own->second.empty()) channel.by_voter.erase(own);
    }
    if (subscription.viewer) {
        --channel.viewers;
        note_viewers(channel);
    }
    if (channel.subscribers.empty()) note_idle(channel, now);
}

void Hub::note_viewers(HubChannel& channel) {
    if (std::exchange(channel.viewers_told, false)) viewers_changed_.push_back(channel.number);
}

void Hub::note_idle(HubChannel& channel, base::Monotonic now) {
    channel.idle_since = now;
    idle_.push_back({channel.number, now});
}

void Hub::apply(const std::vector<ChannelUpdate>& updates, base::Monotonic now) {
    for (const auto& update : updates) {
        const auto at = by_number_.find(update.number);
        if (at != by_number_.end()) apply(*at->second, update, now);
    }
}

void Hub::apply(HubChannel& channel, const ChannelUpdate& update, base::Monotonic now) {
    keep(channel, update, now);
    if (!update.epoch.empty()) restart(channel, now);
    // A subscriber that must start again leaves the list: from the back, nobody is passed over.
    for (std::size_t i = channel.subscribers.size(); i-- > 0;) {
        Subscription& subscription = *channel.subscribers[i];
        subscription.owner->push(subscription, update);
    }
}

// What later subscribers need of an update.
void Hub::keep(HubChannel& channel, const ChannelUpdate& update, base::Monotonic now) {
    if (!update.snapshot.empty()) {
        channel.snapshot = update.snapshot;
        channel.snapshot_masked = update.snapshot_masked;
    }
    if (!update.epoch.empty() && channel.kind == ChannelKind::stream) {
        channel.position = {.epoch = update.epoch, .offset = update.offset};
        channel.history.clear();
        channel.replaced.clear();
    }
    auto& history = channel.history;
    for (const auto& publication : update.replaced) {
        const std::uint64_t first = history.empty() ? 0 : history.front().publication->offset;
        if (auto* old = at_offset(history, first, publication->offset))
            old->publication = publication;
        channel.replaced.push_back({publication, now});
    }
    for (const auto& publication : update.publications) {
        history.push_back({publication, now});
        channel.position.offset = publication->offset;
    }
    const auto too_old = [now](const HubChannel::Kept& kept) {
        return kept.since + limits::kHistoryAge < now;
    };
    while (!history.empty() &&
           (history.size() > limits::kHistoryEventsMax || too_old(history.front()))) {
        history.pop_front();
    }
    std::erase_if(channel.replaced, too_old);
}

// Continuity was lost, or who may see what has changed: everybody subscribes anew.
void Hub::restart(HubChannel& channel, base::Monotonic now) {
    const auto all = channel.subscribers;
    for (Subscription* subscription : all) {
        remove(*subscription, now);
        subscription->owner->resubscribe(*subscription);
    }
}

void Hub::readmit(
    HubChannel& channel, const base::UserId& user, const Subscriber* knows, base::Monotonic now
) {
    const auto own = channel.by_voter.find(user);
    if (own == channel.by_voter.end()) return;
    const auto all = own->second;  // the list itself shrinks
    for (Subscription* subscription : all) {
        if (subscription->owner == knows) continue;
        remove(*subscription, now);
        subscription->owner->resubscribe(*subscription);
    }
}

void Hub::forget(const HubChannel& channel) {
    by_number_.erase(channel.number);
    channels_.erase(std::string(channel.name));
}

void Hub::report(base::Monotonic now) {
    for (const ChannelNumber number : std::exchange(viewers_changed_, {})) {
        const auto at = by_number_.find(number);
        if (at == by_number_.end()) continue;
        at->second->viewers_told = true;
        backend_.viewers_changed(at->second->name, at->second->viewers);
    }
    while (!idle_.empty() && idle_.front().since + limits::kIdleChannelLinger <= now) {
        const Idle idle = idle_.front();
        idle_.pop_front();
        const auto at = by_number_.find(idle.number);
        if (at == by_number_.end()) continue;
        const HubChannel& channel = *at->second;
        if (!channel.subscribers.empty() || channel.idle_since != idle.since) continue;
        forget(channel);
        backend_.unwatched(idle.number);
    }
}

Presence Hub::presence(std::string_view name) const {
    Presence out;
    const HubChannel* channel = find(name);
    if (channel == nullptr) return out;
    out.clients = channel->subscribers.size();
    for (const auto* subscription : channel->subscribers) {
        out.users.insert(subscription->owner->user());
    }
    return out;
}

}  // namespace voxpop::net
