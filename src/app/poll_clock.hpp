// Opens and closes polls when their time comes. The gate of the ballot box refuses late ballots by
// itself, to the millisecond; this is what makes everybody see it.
//
// The home core's thread.
#pragma once

#include <functional>
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
    struct Parts {
        CoreLoop& home;
        domain::Store& store;
        Pen& pen;
        const base::Clock& clock;
        base::Log& log;
    };
    explicit PollClock(Parts parts) : parts_(parts) {}

    // What the store knows: read once at the start, and by itself after a gap. `then` is called
    // with why it could not be read.
    void read(std::move_only_function<void(base::Result<void>)> then);
    // Every definition that changes from then on.
    void on_changes(const std::vector<domain::Change>& changes);
    // Changes may have been missed.
    void on_gap() { doubtful_ = true; }
    // Moves what is due. Another node may have been faster: then the versions differ and nothing
    // happens.
    void tick();

  private:
    void watch(const domain::Poll& poll);
    void read_again();
    void move(const domain::Poll& poll, domain::PollState state);

    Parts parts_;
    bool doubtful_ = false;
    std::unordered_map<base::PollId, domain::Poll> timed_;
};

}  // namespace voxpop::app
