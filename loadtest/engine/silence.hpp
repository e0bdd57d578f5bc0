// Notices a server that says nothing at all while commands wait. A slow answer is a latency; a
// server from which nothing comes for a second has stalled, and deserves a name. Time that the
// worker itself spent away from its sockets is not the server's and is taken off. Pure; time is
// passed in.
#pragma once

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
        look(now_ns);
        if (waiting == 1) begin(now_ns);
    }
    // An answer came; `waiting` were outstanding when it did. Says so when it ended a stall.
    [[nodiscard]] std::optional<Stall> heard(std::int64_t now_ns, std::uint64_t waiting) {
        look(now_ns);
        const Stall silence{since_ns_, now_ns - since_ns_ - away_ns_, waiting};
        begin(now_ns);
        if (waiting == 0 || silence.length_ns < threshold_ns_) return std::nullopt;
        return silence;
    }
    // The worker turns to its sockets now and means to be back by then.
    void back_by(std::int64_t now_ns, std::int64_t at_ns) {
        look(now_ns);
        back_by_ns_ = at_ns;
    }

  private:
    static constexpr std::int64_t kAbsenceNs = 200'000'000;  // less is a busy machine

    void begin(std::int64_t now_ns) {
        since_ns_ = now_ns;
        away_ns_ = 0;
    }
    // Whichever call is the first after an absence counts it.
    void look(std::int64_t now_ns) {
        const std::int64_t late = now_ns - back_by_ns_;
        if (late <= kAbsenceNs) return;
        away_ns_ += late;
        back_by_ns_ = now_ns;
    }

    std::int64_t threshold_ns_;
    std::int64_t back_by_ns_ = std::numeric_limits<std::int64_t>::max();
    std::int64_t since_ns_ = 0;  // the last answer, or the command that began to wait after it
    std::int64_t away_ns_ = 0;   // since then
};

}  // namespace voxpop::load
