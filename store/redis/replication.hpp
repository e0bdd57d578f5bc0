// Waits until enough replicas have what a primary has answered (Ack::replicated). One WAIT at a
// time for each shard, for all that was answered before it was sent; on a connection of its own, so
// that neither readers nor writers stand behind it.
//
// After a WAIT that ended in vain, writes to the shard are refused at once, instead of each being
// executed and then called in doubt, until another one succeeds, which is tried from time to time.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "store/redis/client/client.hpp"
#include "store/redis/store_options.hpp"

namespace voxpop::store::redis {

class Replication {
  public:
    Replication(boost::asio::io_context& io, Client& client, const StoreOptions& options)
        : io_(io), client_(client), options_(options) {}

    // Whether a write is worth sending.
    [[nodiscard]] bool refuses(const base::ThreadId& thread) const;
    // Whether enough replicas have all that the thread's primary has answered by now.
    using Confirmed = std::move_only_function<void(bool)>;
    void confirm(const base::ThreadId& thread, Confirmed confirmed);
    // The shard's server may be another one now, which says nothing of what this one answered.
    void lost(const std::string& shard);
    void stop();

  private:
    using Clock = std::chrono::steady_clock;
    struct Shard {
        explicit Shard(boost::asio::io_context& io) : timer(io) {}
        std::vector<Confirmed> waiting;    // for the next WAIT
        std::vector<Confirmed> under_way;  // for the one that is under way
        std::string key;                   // one of the shard's, to be written before it
        bool busy = false;
        bool lacking = false;  // too few replicas
        Clock::time_point deadline;
        boost::asio::steady_timer timer;  // until the next try
    };

    void begin(Shard& shard);
    void send(Shard& shard);
    void answered(Shard& shard, const CallResult& result);
    void end(Shard& shard, bool enough);
    void send_after(Shard& shard, std::chrono::milliseconds pause);

    boost::asio::io_context& io_;
    Client& client_;
    const StoreOptions& options_;
    std::unordered_map<std::string, Shard> shards_;  // by name; none goes
};

}  // namespace voxpop::store::redis
