// Waits until enough replicas have what a primary has answered (Ack::replicated). One WAIT at a
// time for each shard, for all that was answered before it was sent; on a connection of its own, so
// that neither readers nor writers stand behind it.
//
// After a WAIT that ended in vain, writes to the shard are refused at once, instead of each being
// executed and then called in doubt, until another one succeeds, which is tried from time to time.
//
// With Ack::stored nothing is waited for, and nothing refused.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "store/redis/client/client.hpp"
#include "store/redis/store_options.hpp"

namespace voxpop::store::redis {

// What is said of a write that was executed, and of one that was not even sent.
inline constexpr const char* kTooFewHaveIt = "too few replicas have it";
inline constexpr const char* kTooFewAreThere = "too few replicas are there";

class Replication {
  public:
    Replication(boost::asio::io_context& io, Client& client, const StoreOptions& options)
        : io_(io), client_(client), options_(options) {}

    // A shard is there: finds out whether its replicas are, before something is written that is
    // then in doubt.
    void look(const std::string& shard);
    // Whether a write to the key's shard is not worth sending.
    [[nodiscard]] bool refuses(std::string_view key) const;
    // Whether enough replicas have all that the primary of the key's shard has answered by now. Of
    // the key only its slot matters.
    using Confirmed = std::move_only_function<void(bool)>;
    void confirm(std::string_view key, Confirmed confirmed);
    // Both for one call: its reply, once enough replicas have what it did. Error:
    // store_unavailable, which leaves open whether it was executed. Never from within write()
    // itself.
    using Written = std::move_only_function<void(base::Result<Reply>)>;
    void write(const std::string& key, Command command, Written written);
    // The shard's server may be another one now, which says nothing of what this one answered.
    void lost(const std::string& shard);
    void stop();

  private:
    using Clock = std::chrono::steady_clock;
    struct Shard {
        Shard(boost::asio::io_context& io, std::string its_name)
            : name(std::move(its_name)), timer(io) {}
        const std::string name;
        std::vector<Confirmed> waiting;    // for the next WAIT
        std::vector<Confirmed> under_way;  // for the one that is under way
        std::string key;                   // to be written before it; the shard's when it was set
        bool busy = false;
        bool lacking = false;  // too few replicas
        Clock::time_point deadline;
        boost::asio::steady_timer timer;  // until the next try
    };

    // One in a slot of the shard's; empty when it has none.
    [[nodiscard]] std::string key_of(std::string_view shard) const;
    void begin(Shard& shard);
    void send(Shard& shard);
    static void has_no_slots(Shard& shard);
    void answered(Shard& shard, const CallResult& result);
    void end(Shard& shard, bool enough);
    void log(const Shard& shard) const;
    void send_after(Shard& shard, std::chrono::milliseconds pause);

    boost::asio::io_context& io_;
    Client& client_;
    const StoreOptions& options_;
    std::unordered_map<std::string, Shard> shards_;  // by name; none goes
};

}  // namespace voxpop::store::redis
