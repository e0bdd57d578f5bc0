// Which polls time will open or close.
#pragma once

#include "domain/poll.hpp"

namespace voxpop::domain {

[[nodiscard]] inline bool is_moved_by_time(const Poll& poll) {
    if (poll.state == PollState::scheduled) return poll.opens_at.has_value();
    const bool can_close = poll.state == PollState::open || poll.state == PollState::paused;
    return can_close && poll.closes_at.has_value();
}

}  // namespace voxpop::domain
