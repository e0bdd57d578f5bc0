// The node's single writer of what is streamed. It hears every change that the store commits, keeps
// the state of each watched thread and poll, and once a tick encodes what changed, once per channel
// whatever the number of subscribers, and hands one immutable batch to every core.
//
// Other nodes may write to the same store. So each thread that is live here is watched in the store
// before it is read, polls on account of their thread; what comes twice, late or out of order is
// known by its version or offset; and after a gap (on_gap) everything live is read again.
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
#include "app/live_slots.hpp"
#include "app/live_thread.hpp"
#include "app/watches.hpp"
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
        std::size_t channels_max = base::limits::kOpenChannelsMax;
    };

    explicit Publisher(Parts parts);

    // Opens a channel for a core. Errors: poll_not_found, store_unavailable, overloaded (also where
    // channels_max are open already, or half of them and the thread does not exist).
    void open(std::size_t core, const ChannelName& name, Opened opened);
    // The core has forgotten the channel.
    void unwatch(std::size_t core, net::ChannelNumber number);
    void set_viewers(std::size_t core, const base::ThreadId& thread, std::uint64_t viewers);

    void on_changes(const std::vector<domain::Change>& changes);
    // Changes may have been missed.
    void on_gap();
    void tick();

    // A thread's counts as its channel would tell them now; where nobody watches it, what the store
    // says.
    [[nodiscard]] LiveCounts counts(
        const base::ThreadId& thread, const domain::StoredCounts& stored
    );

  private:
    using SiteKey = base::InlineString<base::kIdBytesMax>;
    struct ModerationTail {
        EventStream stream{EventStream::moderation_format()};
    };
    using Threads = LiveSlots<base::ThreadId, LiveThread>;
    using Polls = LiveSlots<base::PollId, LivePoll>;
    using Moderation = LiveSlots<SiteKey, ModerationTail>;  // of one site

    struct Channel {
        ChannelName name;
        net::ChannelNumber number = 0;
        std::uint64_t cores = 0;  // one bit per watching core
    };

    using Updates = std::vector<net::ChannelUpdate>;

    // Reading (publisher_feed.cpp). Each step goes on only while its reading is still wanted.
    [[nodiscard]] Threads make_threads();
    [[nodiscard]] Polls make_polls();
    [[nodiscard]] Moderation make_moderation();
    template <class Slots>
    void watch(Slots& slots, typename Slots::Reading reading, const base::ThreadId& thread);
    void read_thread(const Threads::Reading& reading);
    void read_thread_log(const Threads::Reading& reading, std::uint64_t since);
    void read_poll(const Polls::Reading& reading);
    void read_moderation(const Moderation::Reading& reading);
    void read_moderation_log(const Moderation::Reading& reading, std::uint64_t since);

    // Changes (publisher_feed.cpp).
    void on_change(const domain::Change& change);
    void offer_thread(const base::ThreadId& id, const domain::Change& change);
    void offer_poll(const base::PollId& id, const domain::Change& change);
    [[nodiscard]] bool feed_thread(LiveThread& live, const domain::Change& change) const;

    // Channels.
    void open_checked(std::size_t core, const ChannelName& name, Opened opened);
    [[nodiscard]] Channel& channel(const ChannelName& name);
    [[nodiscard]] const Channel* watched(Facet facet, std::string_view id) const;
    [[nodiscard]] net::ChannelState state_of(const Channel& opened);
    [[nodiscard]] static std::string counts_data(const LiveCounts& counts);
    void forget(const Channel& idle);
    template <class Use>
    void with_slots(const ChannelName& name, Use use);

    // The tick. True when the thread has nothing left to tell.
    [[nodiscard]] bool add_thread_updates(
        const base::ThreadId& id, Updates& updates, base::Time now
    );
    void add_counts_update(LiveThread& live, bool restarted, Updates& updates, base::Time now);
    void add_reaction_updates(LiveThread& live, bool restarted, Updates& updates);
    // True when the stream's subscribers have to start again.
    bool add_stream_update(Facet facet, std::string_view id, EventStream& stream, Updates& updates);
    // True unless the poll is being read.
    [[nodiscard]] bool add_poll_update(const base::PollId& id, Updates& updates);
    void add_value(
        net::ChannelUpdate update, const Channel& target, std::string_view data, Updates& updates
    );

    Parts parts_;
    Watches watches_;
    Threads threads_;
    Polls polls_;
    Moderation moderation_;
    std::unordered_map<std::string, Channel> channels_;
    std::unordered_map<net::ChannelNumber, std::string> names_;
    std::unordered_set<base::ThreadId> dirty_threads_;
    std::unordered_set<base::PollId> dirty_polls_;
    net::ChannelNumber last_number_ = 0;
};

}  // namespace voxpop::app
