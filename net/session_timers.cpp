// A session's deadlines: its connect command, its pings and their pongs, its token. One entry in
// the core's wheel stands for the earliest.
#include <algorithm>

#include "net/session.hpp"

namespace voxpop::net {
namespace {

const FramePtr& ping_frame() {
    static const FramePtr frame = make_text_frame("{}");
    return frame;
}

}  // namespace

// Asks for the timer of the earliest deadline.
void Session::arm() {
    base::Monotonic due = connected_ ? (pong_due_ ? pong_by_ : ping_at_) : connect_by_;
    if (expires_ != base::Monotonic{}) due = std::min(due, expires_);
    armed_ = due;
    context_.schedule(id_, due);
}

void Session::on_timer(base::Monotonic due) {
    if (due != armed_ || outbox_.closed()) return;  // of a deadline that has moved since
    const auto now = context_.clock.monotonic();
    if (!connected_) return close(close::kStale);
    if (expires_ != base::Monotonic{} && expires_ <= now) return close(close::kConnectionExpired);
    if (pong_due_ && pong_by_ <= now) {
        context_.count(base::Metric::pong_timeouts);
        return close(close::kNoPong);
    }
    if (!pong_due_ && ping_at_ <= now) ping(now);
    arm();
}

void Session::ping(base::Monotonic now) {
    outbox_.push_control(ping_frame());
    wire_.wants_flush();
    pong_due_ = true;
    pong_by_ = now + context_.options.pong_timeout;
    ping_at_ = now + context_.options.ping_interval;
}

}  // namespace voxpop::net
