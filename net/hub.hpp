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
    bool by_ballot = false;    // sees_results may change with the user's ballot
    std::size_t of_voter = 0;  // the index in the list of its user's, where by_ballot
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
    struct Kept {
        PublicationPtr publication;
        base::Monotonic since{};
    };

    std::string name;
    ChannelNumber number = 0;
    ChannelKind kind = ChannelKind::stream;
    StreamPosition position;
    std::deque<Kept> history;  // contiguous, ends at position.offset
    std::vector<Kept>
        replaced;  // text taken back of late, for whoever read the old one from the store
    std::string snapshot;
    std::string snapshot_masked;
    std::vector<Subscription*> subscribers;  // any order, for removal in constant time
    std::unordered_map<base::UserId, std::vector<Subscription*>> by_voter;  // those by_ballot
    std::uint64_t viewers = 0;
    bool viewers_told = true;
    base::Monotonic idle_since{};  // when the last subscriber left

    // Whether the history holds everything after `offset`.
    [[nodiscard]] bool reaches(std::uint64_t offset) const;
    // Appends what the history holds after `offset`.
    void append_after(std::uint64_t offset, std::vector<PublicationPtr>& out) const;
    // Puts the newest text into publications that were read elsewhere, contiguous, oldest first.
    void bring_up_to_date(std::vector<PublicationPtr>& publications) const;
};

class Hub {
  public:
    explicit Hub(Backend& backend) : backend_(backend) {}

    // A channel of the same name that is open already is replaced; its subscribers start again.
    void open(const ChannelState& state, base::Monotonic now);
    [[nodiscard]] HubChannel* find(std::string_view name);
    [[nodiscard]] const HubChannel* find(std::string_view name) const;

    void add(HubChannel& channel, Subscription& subscription);
    void remove(Subscription& subscription, base::Monotonic now);
    // What the user may see has changed with their ballot: their subscriptions start again, except
    // those of `knows`, if any.
    void readmit(
        HubChannel& channel, const base::UserId& user, const Subscriber* knows, base::Monotonic now
    );
    // To all subscribers of the batch's channels. Nothing is sent yet.
    void apply(const std::vector<ChannelUpdate>& updates, base::Monotonic now);
    // Reports viewers that changed and channels that nobody watches; once a tick.
    void report(base::Monotonic now);

    [[nodiscard]] Presence presence(std::string_view name) const;
    [[nodiscard]] std::size_t subscriptions() const { return subscription_count_; }

  private:
    struct Idle {
        ChannelNumber number;
        base::Monotonic since;
    };

    void apply(HubChannel& channel, const ChannelUpdate& update, base::Monotonic now);
    void keep(HubChannel& channel, const ChannelUpdate& update, base::Monotonic now);
    void restart(HubChannel& channel, base::Monotonic now);
    void note_viewers(HubChannel& channel);
    void note_idle(HubChannel& channel, base::Monotonic now);
    void forget(const HubChannel& channel);

    Backend& backend_;
    std::unordered_map<std::string, std::unique_ptr<HubChannel>> channels_;
    std::unordered_map<ChannelNumber, HubChannel*> by_number_;
    std::vector<ChannelNumber> viewers_changed_;
    std::deque<Idle> idle_;  // in order of time; an entry whose channel is watched again is ignored
    std::size_t subscription_count_ = 0;
};

}  // namespace voxpop::net
