// Which polls the site's index of timed polls holds: those that time will open or close.
#pragma once

#include "domain/poll.hpp"

namespace voxpop::store::redis {

[[nodiscard]] inline bool is_moved_by_time(const domain::Poll& poll) {
    using domain::PollState;
    if (poll.state == PollState::scheduled) return poll.opens_at.has_value();
    const bool can_close = poll.state == PollState::open || poll.state == PollState::paused;
    return can_close && poll.closes_at.has_value();
}

}  // namespace voxpop::store::redis
