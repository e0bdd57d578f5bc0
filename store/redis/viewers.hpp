// Who views threads: this node's numbers, which it repeats so that they stay alive, and the sum of
// the other nodes' for the threads that are watched here. Both are of threads with an open channel
// here, of which there are at most base::limits::kOpenChannelsMax.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "store/redis/client/client.hpp"
#include "store/redis/node_state.hpp"
#include "store/redis/pack.hpp"

namespace voxpop::store::redis {

class Outlet;

class Viewers {
  public:
    Viewers(
        boost::asio::io_context& io, Client& client, Outlet& outlet, const NodeState& node,
        std::chrono::milliseconds ttl
    )
        : client_(client), outlet_(outlet), node_(node), ttl_(ttl), timer_(io) {}

    void start() { say_some(); }
    void stop() { timer_.cancel(); }

    void set(const base::ThreadId& thread, std::uint64_t viewers);
    void watch(const base::ThreadId& thread);
    void unwatch(const base::ThreadId& thread) { elsewhere_.erase(thread); }
    // What all nodes say, as the functions pack it: from the kind of the event on.
    void on_news(const base::ThreadId& thread, Unpacker& in);
    // The other nodes' sum, as it was read with the thread: the news of it may have been missed. A
    // sum that is known is looked at in every round, and a reading may be older than it.
    void on_read(const base::ThreadId& thread, std::uint64_t viewers);

  private:
    void say(const base::ThreadId& thread, std::uint64_t viewers);
    void look(const base::ThreadId& thread);
    void hear(const base::ThreadId& thread, std::uint64_t viewers);
    void begin_round();
    void say_some();

    Client& client_;
    Outlet& outlet_;
    const NodeState& node_;
    const std::chrono::milliseconds ttl_;
    boost::asio::steady_timer timer_;
    std::unordered_map<base::ThreadId, std::uint64_t> here_;       // none of them zero
    std::unordered_map<base::ThreadId, std::uint64_t> elsewhere_;  // of watched threads, as told
    // What is still to be said or looked at in this round, and the time between two portions.
    std::vector<base::ThreadId> due_;
    std::chrono::nanoseconds pause_{0};
};

}  // namespace voxpop::store::redis
