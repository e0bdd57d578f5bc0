// Which connections see results that a poll shows to those only who have voted. A reader may have
// several, on any core: where one of them votes, or takes the ballot back, the others are told to
// subscribe anew, and then the store says whether they may see. So the order in which the cores
// hear of two changes does not matter: after the last of them the store is asked once more.
//
// Of this node alone. The connections that the reader has on other nodes find out when they
// subscribe the next time (docs/PROTOCOL.md).
//
// One for each core; its thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/core_loop.hpp"
#include "base/ids.hpp"
#include "net/backend.hpp"

namespace voxpop::app {

class VoterSessions {
  public:
    struct Core {
        CoreLoop* loop;
        VoterSessions* voters;
        // Sends the subscriptions of a user's other sessions away (net::Server::readmit).
        std::function<void(std::string_view, const base::UserId&, net::SessionId)> readmit;
    };
    // All cores, this one included. Set before the loop runs.
    void set_cores(std::vector<Core> cores) { cores_ = std::move(cores); }

    // `voter` holds a ballot now and did not before, or the reverse. `by` is the session on core
    // `here` that knows already.
    void moved(
        const base::PollId& poll, const base::UserId& voter, const CoreLoop& here, net::SessionId by
    );

    // A subscription that is under way hears of nothing yet. It says when it begins to ask for the
    // ballot, and learns at the end whether the answer may be old by now.
    using Mark = std::uint64_t;
    [[nodiscard]] Mark begin(const base::PollId& poll, const base::UserId& voter);
    [[nodiscard]] bool end(const base::PollId& poll, const base::UserId& voter, Mark began);

  private:
    struct Asking {
        std::size_t subscriptions = 0;
        Mark moves = 0;
    };

    std::vector<Core> cores_;
    std::unordered_map<std::string, Asking> asking_;  // by poll and voter; while they are under way
};

}  // namespace voxpop::app
