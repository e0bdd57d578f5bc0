// Notices a server that says nothing at all while commands wait. A slow answer is a latency; a
// server from which nothing comes for a second has stalled, and deserves a name. Pure; time is
// passed in.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

namespace voxpop::load {

class Silence {
  public:
    struct Stall {
        std::int64_t from_ns = 0;
        std::int64_t length_ns = 0;
        std::uint64_t waiting = 0;
    };

    explicit Silence(std::int64_t threshold_ns) : threshold_ns_(threshold_ns) {}

    // A command left; `waiting` counts it.
    void asked(std::int64_t now_ns, std::uint64_t waiting) {
        if (waiting == 1) waiting_since_ns_ = now_ns;
    }
    // An answer came; `waiting` were outstanding when it did. Says so when it ended a stall.
    [[nodiscard]] std::optional<Stall> heard(std::int64_t now_ns, std::uint64_t waiting) {
        // The worker itself was away until now: that time is not the server's.
        if (now_ns - back_by_ns_ > kAbsence_ns) excused_until_ns_ = now_ns;
        const std::int64_t from = std::max({heard_ns_, waiting_since_ns_, excused_until_ns_});
        heard_ns_ = now_ns;
        if (waiting == 0 || now_ns - from < threshold_ns_) return std::nullopt;
        return Stall{from, now_ns - from, waiting};
    }
    // The worker, about to look at its sockets, means to be back by then.
    void back_by(std::int64_t at_ns) { back_by_ns_ = at_ns; }

  private:
    static constexpr std::int64_t kAbsence_ns = 200'000'000;

    std::int64_t threshold_ns_;
    std::int64_t back_by_ns_ = std::numeric_limits<std::int64_t>::max();
    std::int64_t heard_ns_ = 0;
    std::int64_t waiting_since_ns_ = 0;
    std::int64_t excused_until_ns_ = 0;
};

}  // namespace voxpop::load
