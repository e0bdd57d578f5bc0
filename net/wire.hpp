// What a session needs of its socket, so that it can be tested without one. The core's thread.
#pragma once

#include <cstdint>

#include "net/close_codes.hpp"

namespace voxpop::net {

class Wire {
  public:
    virtual ~Wire() = default;
    // Something waits in the outbox; it should leave at the end of this wake-up.
    virtual void wants_flush() = 0;
    // A close frame is in the outbox: the connection ends once it has left.
    virtual void closing() = 0;
    // The session takes frames again.
    virtual void resume_reading() = 0;
};

}  // namespace voxpop::net
