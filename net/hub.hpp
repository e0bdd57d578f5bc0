// One core's channels and who watches them. A tick's updates come in once, encoded; the hub hands
// the same frames to every subscriber's outbox and keeps what recovery needs.
//
// One thread: the core's. Subscribers are owned elsewhere and leave before they die.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.hpp"
#include "net/backend.hpp"
#include "net/channel.hpp"

namespace voxpop::net {

struct HubChannel;

// One session's place in one channel.
struct Subscription {
    class Subscriber* owner = nullptr;
    HubChannel* channel = nullptr;
    std::size_t index = 0;     // in the channel's list
    bool by_number = false;    // pushes carry the number instead of the name
    bool sees_results = true;  // else the masked frames
    bool viewer = false;
};

// What the hub knows of a session.
class Subscriber {
  public:
    virtual ~Subscriber() = default;
    virtual void push(Subscription& subscription, const ChannelUpdate& update) = 0;
    // The subscription has to start again (2500); it is not on the channel's list any more.
    virtual void resubscribe(Subscription& subscription) = 0;
    [[nodiscard]] virtual const base::UserId& user() const = 0;
};

struct HubChannel {
    std::string name;
    ChannelNumber number = 0;
    ChannelKind kind = ChannelKind::stream;
    StreamPosition position;
    std::deque<PublicationPtr> history;  // contiguous, ends at position.offset
    std::string snapshot;
    std::string snapshot_masked;
    std::vector<Subscription*> subscribers;  // any order, for removal in constant time
    std::uint64_t viewers = 0;
    base::Monotonic watched{};  // when the last subscriber left

    // Publications after `offset` up to the position; nothing when the history does not reach back
    // so far.
    [[nodiscard]] bool reaches(std::uint64_t offset) const;
    void append_after(std::uint64_t offset, std::vector<PublicationPtr>& out) const;
};

class Hub {
  public:
    explicit Hub(Backend& backend) : backend_(backend) {}

    void open(const ChannelState& state);
    [[nodiscard]] HubChannel* find(std::string_view name);
    [[nodiscard]] const HubChannel* find(std::string_view name) const;

    void add(HubChannel& channel, Subscription& subscription);
    void remove(Subscription& subscription, base::Monotonic now);
    // To all subscribers of the batch's channels. Nothing is sent yet.
    void apply(const std::vector<ChannelUpdate>& updates);
    // Reports viewers that changed and channels that nobody watches; once a tick.
    void report(base::Monotonic now);

    [[nodiscard]] PresenceStats presence(std::string_view name) const;
    [[nodiscard]] std::size_t subscriptions() const { return subscription_count_; }

  private:
    void apply(HubChannel& channel, const ChannelUpdate& update);
    void restart(HubChannel& channel);

    Backend& backend_;
    std::unordered_map<std::string, std::unique_ptr<HubChannel>> channels_;
    std::unordered_map<ChannelNumber, HubChannel*> by_number_;
    std::unordered_set<HubChannel*> viewers_changed_;
    std::unordered_set<HubChannel*> unwatched_;
    std::size_t subscription_count_ = 0;
};

}  // namespace voxpop::net
