#include "net/hub.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"

namespace voxpop::net {
namespace limits = base::limits;

bool HubChannel::reaches(std::uint64_t offset) const {
    if (offset > position.offset) return false;
    return position.offset - offset <= history.size();
}

void HubChannel::append_after(std::uint64_t offset, std::vector<PublicationPtr>& out) const {
    for (const auto& publication : history) {
        if (publication->offset > offset) out.push_back(publication);
    }
}

void Hub::open(const ChannelState& state) {
    auto& slot = channels_[state.name];
    if (!slot) slot = std::make_unique<HubChannel>();
    by_number_.erase(slot->number);
    slot->name = state.name;
    slot->number = state.number;
    slot->kind = state.kind;
    slot->position = state.position;
    slot->history.assign(state.history.begin(), state.history.end());
    slot->snapshot = state.snapshot;
    slot->snapshot_masked = state.snapshot_masked;
    by_number_[state.number] = slot.get();
    unwatched_.insert(slot.get());  // until somebody subscribes
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
    subscription.index = channel.subscribers.size();
    channel.subscribers.push_back(&subscription);
    unwatched_.erase(&channel);
    ++subscription_count_;
    if (!subscription.viewer) return;
    ++channel.viewers;
    viewers_changed_.insert(&channel);
}

void Hub::remove(Subscription& subscription, base::Monotonic now) {
    HubChannel& channel = *std::exchange(subscription.channel, nullptr);
    Subscription* last = channel.subscribers.back();
    channel.subscribers[subscription.index] = last;
    last->index = subscription.index;
    channel.subscribers.pop_back();
    --subscription_count_;
    if (subscription.viewer) {
        --channel.viewers;
        viewers_changed_.insert(&channel);
    }
    if (!channel.subscribers.empty()) return;
    channel.watched = now;
    unwatched_.insert(&channel);
}

void Hub::apply(const std::vector<ChannelUpdate>& updates) {
    for (const auto& update : updates) {
        const auto at = by_number_.find(update.number);
        if (at != by_number_.end()) apply(*at->second, update);
    }
}

void Hub::apply(HubChannel& channel, const ChannelUpdate& update) {
    if (!update.snapshot.empty()) {
        channel.snapshot = update.snapshot;
        channel.snapshot_masked = update.snapshot_masked;
    }
    for (const auto& replaced : update.replaced) {
        const auto old =
            std::find_if(channel.history.begin(), channel.history.end(), [&](const auto& p) {
                return p->offset == replaced->offset;
            });
        if (old != channel.history.end()) *old = replaced;
    }
    if (!update.epoch.empty() && channel.kind == ChannelKind::stream) {
        channel.position.epoch = update.epoch;
        channel.history.clear();
    }
    for (const auto& publication : update.publications) {
        channel.history.push_back(publication);
        channel.position.offset = publication->offset;
    }
    while (channel.history.size() > limits::kHistoryEventsMax) channel.history.pop_front();
    if (!update.epoch.empty()) return restart(channel);
    // A subscriber that must start again leaves the list: from the back, nobody is passed over.
    for (std::size_t i = channel.subscribers.size(); i-- > 0;) {
        Subscription& subscription = *channel.subscribers[i];
        subscription.owner->push(subscription, update);
    }
}

// Continuity was lost, or who may see what has changed: everybody subscribes anew.
void Hub::restart(HubChannel& channel) {
    const auto all = channel.subscribers;
    for (Subscription* subscription : all) {
        remove(*subscription, base::Monotonic{});
        subscription->owner->resubscribe(*subscription);
    }
}

void Hub::report(base::Monotonic now) {
    for (const HubChannel* channel : std::exchange(viewers_changed_, {})) {
        backend_.viewers_changed(channel->name, channel->viewers);
    }
    for (auto at = unwatched_.begin(); at != unwatched_.end();) {
        HubChannel* channel = *at;
        if (channel->watched == base::Monotonic{}) channel->watched = now;
        if (channel->watched + limits::kIdleChannelLinger > now) {
            ++at;
            continue;
        }
        at = unwatched_.erase(at);
        const ChannelNumber number = channel->number;
        by_number_.erase(number);
        channels_.erase(std::string(channel->name));
        backend_.unwatched(number);
    }
}

PresenceStats Hub::presence(std::string_view name) const {
    const HubChannel* channel = find(name);
    if (channel == nullptr) return {};
    std::unordered_set<std::string_view> users;
    for (const auto* subscription : channel->subscribers)
        users.insert(subscription->owner->user().view());
    return {.clients = channel->subscribers.size(), .users = users.size()};
}

}  // namespace voxpop::net
