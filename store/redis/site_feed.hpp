// Brings the events of threads into the site's stream, each exactly once: the second step of a
// comment, because the two streams may be on different shards.
//
// A thread keeps its events in an outbox until they are there, and some time longer, in case the
// site's shard loses them again. What it lacks is brought by the next comment of that thread, or by
// a sweep over the threads that had one lately; which also empties the outboxes.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/ids.hpp"
#include "store/redis/batch.hpp"
#include "store/redis/client/client.hpp"
#include "store/redis/node_state.hpp"
#include "store/redis/store_options.hpp"

namespace voxpop::store::redis {

class Replication;

class SiteFeed {
  public:
    SiteFeed(
        boost::asio::io_context& io, Client& client, Replication& replication,
        const StoreOptions& options, const NodeState& node
    );

    // Begins to sweep, now and from time to time. Again: when the site's shard is back.
    void start();
    void stop() { timer_.cancel(); }

    // Before the first of a thread's events: should this node die, others know where to look.
    // `done` says whether the mark is there; where it is not, the next sweep tries again.
    void mark_active(const base::ThreadId& thread, std::move_only_function<void(bool)> done);

    // The marks may be lost.
    void forget() { marked_.clear(); }

    // `done` gets the site's offset of each entry; 0 where another node has brought it, and for all
    // when no answer came: then the sweep brings those that are not there.
    using Offsets = std::vector<std::uint64_t>;
    void append(
        const base::ThreadId& thread, std::vector<SiteEntry> entries,
        std::move_only_function<void(Offsets)> done
    );

    // Brings what the thread's outbox has behind number `seen`, the last one that is in the stream,
    // as much as goes at once; `done` comes when that was tried, whatever became of it.
    void move_rest(
        const base::ThreadId& thread, std::uint64_t seen, std::move_only_function<void()> done
    );

  private:
    using Clock = std::chrono::steady_clock;
    struct Appending;
    void send(const std::shared_ptr<Appending>& appending);
    void read_gap(const std::shared_ptr<Appending>& appending);
    void sweep();
    void sweep(const std::vector<base::ThreadId>& threads, Clock::time_point now);
    [[nodiscard]] std::optional<std::uint64_t> kept_since(
        const base::ThreadId& thread, std::uint64_t number, Clock::time_point now
    );
    struct Seen {
        base::ThreadId thread;
        std::uint64_t number = 0;  // of its last event in the site's stream
    };
    void empty_outboxes(std::vector<Seen> threads);
    void forget_old();
    void wait_for_sweep();

    Client& client_;
    Replication& replication_;
    const StoreOptions& options_;
    const NodeState& node_;
    boost::asio::steady_timer timer_;
    std::unordered_map<base::ThreadId, Clock::time_point> marked_;
    std::unordered_set<base::ThreadId> unmarked_;  // whose mark could not be made
    struct SeenAt {
        std::uint64_t number = 0;
        Clock::time_point at;
    };
    // What the site's stream had of each thread, an interval ago or less. When full, it begins
    // anew.
    std::unordered_map<base::ThreadId, SeenAt> seen_;
    std::size_t swept_ = 0;  // where the next sweep goes on, in the threads by time
};

}  // namespace voxpop::store::redis
