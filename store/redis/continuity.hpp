// Prepares a server before it is used: loads the library, and looks whether Redis still has what it
// told. Where it does not, a new epoch begins, so that clients reload; versions of tallies and
// numbers of events are raised above what was known, and totals of counters to what this node's
// batches were answered (other nodes repeat theirs); ballots and comments that are lost are lost,
// and the operator is told. While a server stays connected it is looked at now and then; what seems
// to have less is connected to anew, so that there is one way to find out.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "store/redis/acknowledged.hpp"
#include "store/redis/client/client.hpp"
#include "store/redis/node_state.hpp"
#include "store/redis/standing.hpp"

namespace voxpop::store::redis {

class Continuity {
  public:
    struct Parts {
        boost::asio::io_context& io;
        Client& client;
        Acknowledged& acknowledged;
        NodeState& node;
        base::Log& log;
        std::string site;
        std::chrono::milliseconds interval;  // of watch()
        // The epoch is another one than it was: whatever is in memory must be read again.
        std::function<void()> on_gap;
        // Time for others who look after what Redis has.
        std::function<void()> on_look;
        // The server cannot be used whatever is tried (too old a version, a missing command).
        std::function<void(const std::string& why)> on_unfit;
    };
    explicit Continuity(Parts parts);

    void prepare(std::shared_ptr<NewConnection> connection);
    // Another node has begun a new epoch.
    void adopt(std::string_view epoch);
    // It may have done so without this one's hearing: asks.
    void look();
    // Tells the others of an epoch that they have not been told of.
    void tell();
    // From now on looks from time to time: a server may lose what it has (FLUSHALL) and stay
    // connected.
    void watch();
    void stop() { timer_.cancel(); }

  private:
    struct Check;
    void load(const std::shared_ptr<Check>& check);
    void read_epoch(const std::shared_ptr<Check>& check);
    void compare(const std::shared_ptr<Check>& check);
    void compare_thread(const std::shared_ptr<Check>& check, const base::ThreadId& thread);
    void found_less(Check& check, bool declared);
    void repair(
        const std::shared_ptr<Check>& check, const base::ThreadId& thread, const Told& told,
        const Standing& standing
    );
    void compare_site(const std::shared_ptr<Check>& check, const std::string& key);
    void compared(const std::shared_ptr<Check>& check);
    void take_over(std::string_view epoch, std::string_view compared_shard);
    void begin_epoch(const std::shared_ptr<Check>& check);
    void undeclare(std::string_view shard);
    void finish(const std::shared_ptr<Check>& check);
    void tell_epoch(NewConnection* connection);
    void look_at_threads();
    void suspect(std::string_view key);
    void compare_again(const std::string& shard);

    Parts parts_;
    boost::asio::steady_timer timer_;
    std::vector<base::ThreadId> unlooked_;
    std::size_t looks_ = 0;                                 // at all threads
    std::unordered_map<std::string, std::string> servers_;  // shard → the server it was last
    // Something was found lost, and no new epoch says so yet: whatever becomes of the connection
    // that found it, because what was put right is not found again.
    bool undeclared_ = false;
    bool untold_ = false;  // a new epoch has begun, and others may not have been told
};

}  // namespace voxpop::store::redis
