// Prepares a server before it is used: loads the library, and looks whether Redis still has what it
// told. Where it does not, a new epoch begins, so that clients reload; versions of tallies and
// totals of counters are raised to what was known, which cannot be wrong; ballots and comments that
// are lost are lost, and the operator is told.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "store/redis/acknowledged.hpp"
#include "store/redis/client/client.hpp"
#include "store/redis/node_state.hpp"
#include "store/redis/pack.hpp"

namespace voxpop::store::redis {

class Continuity {
  public:
    struct Parts {
        Client& client;
        Acknowledged& acknowledged;
        NodeState& node;
        base::Log& log;
        std::string site;
        // The epoch is another one than it was: whatever is in memory must be read again.
        std::function<void()> on_gap;
        // The server cannot be used whatever is tried (too old a version, a missing command).
        std::function<void(const std::string& why)> on_unfit;
    };
    explicit Continuity(Parts parts) : parts_(std::move(parts)) {}

    void prepare(std::shared_ptr<NewConnection> connection);
    // Another node has begun a new epoch.
    void adopt(std::string_view epoch);
    // It may have done so without this one's hearing: asks.
    void look();

  private:
    struct Check;
    // What was told of a thread, when Redis was asked for the same.
    struct Told {
        std::uint64_t offset;
        domain::Counters counters;
        std::vector<std::pair<domain::BoxId, std::uint64_t>> boxes;
    };
    void load(const std::shared_ptr<Check>& check);
    void read_epoch(const std::shared_ptr<Check>& check);
    void compare(const std::shared_ptr<Check>& check);
    void compare_thread(const std::shared_ptr<Check>& check, const base::ThreadId& thread);
    [[nodiscard]] bool has_less(
        const base::ThreadId& thread, const Told& told, std::uint64_t offset, Unpacker& in
    );
    void repair(
        const std::shared_ptr<Check>& check, const base::ThreadId& thread, const Told& told
    );
    void compare_site(const std::shared_ptr<Check>& check, const std::string& key);
    void compared(const std::shared_ptr<Check>& check);
    void begin_epoch(const std::shared_ptr<Check>& check);
    void finish(const std::shared_ptr<Check>& check);

    Parts parts_;
    std::unordered_map<std::string, std::string> servers_;  // shard → the server it was last
    // Something was found lost, and no new epoch says so yet: whatever becomes of the connection
    // that found it, because what was put right is not found again.
    bool undeclared_ = false;
};

}  // namespace voxpop::store::redis
