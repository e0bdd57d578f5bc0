// Opens and closes polls when their time comes. The gate of the ballot box refuses late ballots by
// itself, to the millisecond; this is what makes everybody see it.
//
// The home core's thread.
#pragma once

#include <unordered_map>
#include <vector>

#include "app/core_loop.hpp"
#include "app/ledger.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "domain/store.hpp"

namespace voxpop::app {

class PollClock {
  public:
    PollClock(Pen& pen, const base::Clock& clock, base::Log& log)
        : pen_(pen), clock_(clock), log_(log) {}

    // What the store knew when the node started, and every definition that changes from then on.
    void watch(const domain::Poll& poll);
    void on_changes(const std::vector<domain::Change>& changes);
    // Moves what is due. Another node may have been faster: then the versions differ and nothing
    // happens.
    void tick();

  private:
    [[nodiscard]] static bool is_timed(const domain::Poll& poll);
    void move(const domain::Poll& poll, domain::PollState state);

    Pen& pen_;
    const base::Clock& clock_;
    base::Log& log_;
    std::unordered_map<base::PollId, domain::Poll> timed_;
};

}  // namespace voxpop::app
