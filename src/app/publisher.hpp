// The node's single writer of what is streamed. It hears every change that the store commits, keeps
// the state of each watched thread and poll, and once a tick encodes what changed, once per channel
// whatever the number of subscribers, and hands one immutable batch to every core.
//
// Being one writer on one thread makes the order of a channel the same on all cores, and opening a
// channel consistent: a core gets the state and then, through the same mailbox, everything that
// follows it.
//
// Threads: everything on the home core's. Other threads post to that core's loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "app/channel_name.hpp"
#include "app/core_loop.hpp"
#include "app/live_poll.hpp"
#include "app/live_thread.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "domain/store.hpp"
#include "net/channel.hpp"

namespace voxpop::app {

class Publisher {
  public:
    // Hands a batch to a core, in order.
    using Deliver = std::function<void(net::UpdateBatch)>;
    using Opened = std::move_only_function<void(base::Result<net::ChannelState>)>;

    struct Parts {
        CoreLoop& home;
        domain::Store& store;
        const base::Clock& clock;
        base::Log& log;
        base::Metrics& metrics;
        std::size_t stripe;  // of the home core
        base::InlineString<base::kIdBytesMax> site;
        std::vector<Deliver> cores;  // by index
    };

    explicit Publisher(Parts parts);

    // Opens a channel for a core. Errors: poll_not_found, store_unavailable, overloaded,
    // limit_exceeded (this node keeps kOpenChannelsMax already).
    void open(std::size_t core, const ChannelName& name, Opened opened);
    // The core has forgotten the channel.
    void unwatch(std::size_t core, net::ChannelNumber number);
    void set_viewers(std::size_t core, const base::ThreadId& thread, std::uint64_t viewers);

    void on_changes(const std::vector<domain::Change>& changes);
    void tick();

    // A thread's counts as its channel would tell them now; where nobody watches it, what the store
    // says.
    [[nodiscard]] LiveCounts counts(
        const base::ThreadId& thread, const domain::StoredCounts& stored
    );

  private:
    // Something live, from the first that asks for it until nobody watches. While it is read from
    // the store, those who want it wait and changes queue up.
    template <class Live>
    struct Slot {
        std::unique_ptr<Live> live;
        bool ready = false;
        std::vector<std::move_only_function<void(base::Result<void>)>> waiting;
        std::vector<domain::Change> early;
        std::size_t channels = 0;
    };
    struct ModerationTail {
        EventStream stream{EventStream::moderation_format()};
    };
    using ThreadSlot = Slot<LiveThread>;
    using PollSlot = Slot<LivePoll>;
    using ModerationSlot = Slot<ModerationTail>;

    struct Channel {
        ChannelName name;
        net::ChannelNumber number = 0;
        std::uint64_t cores = 0;  // one bit per watching core
    };

    using Updates = std::vector<net::ChannelUpdate>;

    using Loaded = std::move_only_function<void(base::Result<void>)>;

    // Loading (publisher_feed.cpp).
    void want_thread(const base::ThreadId& id, Loaded then);
    void want_poll(const base::PollId& id, Loaded then);
    void want_moderation(Loaded then);
    void read_thread(const base::ThreadId& id);
    void read_thread_log(const base::ThreadId& id, std::uint64_t since);
    void read_moderation(std::uint64_t since);
    [[nodiscard]] static std::uint64_t tail_start(std::uint64_t top);
    [[nodiscard]] bool refill(EventStream& stream, const domain::LogPage& page);
    template <class Live>
    void become_ready(Slot<Live>& slot);
    template <class Map, class Id>
    void give_up(Map& slots, const Id& id, const base::Error& error);
    void give_up_moderation(const base::Error& error);

    // Changes (publisher_feed.cpp).
    void on_change(const domain::Change& change);
    void feed_thread(const base::ThreadId& id, const domain::Change& change);
    void feed_poll(const base::PollId& id, const domain::Change& change);
    void feed_moderation(const domain::LogAppended& appended);

    // Channels.
    [[nodiscard]] Channel& channel(const ChannelName& name);
    [[nodiscard]] const Channel* watched(Facet facet, std::string_view id) const;
    [[nodiscard]] net::ChannelState state_of(const Channel& opened);
    [[nodiscard]] static std::string counts_data(const LiveCounts& counts);
    void forget(const Channel& idle);

    // The tick. True when the thread has nothing left to tell.
    [[nodiscard]] bool add_thread_updates(
        const base::ThreadId& id, Updates& updates, base::Time now
    );
    void add_stream_update(Facet facet, std::string_view id, EventStream& stream, Updates& updates);
    void add_poll_update(const base::PollId& id, Updates& updates);
    void add_value(
        net::ChannelUpdate update, const Channel& target, std::string_view data, Updates& updates
    );

    Parts parts_;
    std::unordered_map<base::ThreadId, ThreadSlot> threads_;
    std::unordered_map<base::PollId, PollSlot> polls_;
    ModerationSlot moderation_;
    std::unordered_map<std::string, Channel> channels_;
    std::unordered_map<net::ChannelNumber, std::string> names_;
    std::unordered_set<base::ThreadId> dirty_threads_;
    std::unordered_set<base::PollId> dirty_polls_;
    std::unordered_set<std::string> reset_channels_;  // lost continuity since the last tick
    net::ChannelNumber last_number_ = 0;
};

}  // namespace voxpop::app
