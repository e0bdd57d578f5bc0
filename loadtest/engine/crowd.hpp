// What a worker needs of the simulated people behind its links, whatever protocol they speak.
#pragma once

#include <cstdint>

#include "loadtest/engine/transport.hpp"
#include "loadtest/plan.hpp"

namespace voxpop::load {

class Crowd : public TransportEvents {
  public:
    // A slot's reader arrives; it was meant to at `intended_ns`.
    virtual void arrive(Slot slot, std::int64_t intended_ns) = 0;
    // Somebody who can sends this. False when nobody can.
    virtual bool command(Command command, std::int64_t intended_ns) = 0;
    // Cuts a share of the connections, this worker's part of a storm.
    virtual void cut(double share, std::int64_t intended_ns) = 0;
    // Things of its own that are due: reconnects, slow readers. Gives when the next is.
    virtual std::int64_t tend(std::int64_t now_ns) = 0;
    // The worker turns to its sockets now and means to be back by then: what is later is its own.
    virtual void back_by(std::int64_t now_ns, std::int64_t at_ns) = 0;
    // Updates the counters that say how far everything has come.
    virtual void report() = 0;
    // Writes down where everybody stands. The run is over.
    virtual void finish() = 0;
};

}  // namespace voxpop::load
