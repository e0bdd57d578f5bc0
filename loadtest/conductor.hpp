// Runs a plan: starts the workers as threads or in processes of their own, takes them through the
// phases, and watches over the whole of it from outside. The calling thread.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "loadtest/board.hpp"
#include "loadtest/plan.hpp"

namespace voxpop::load {

struct CrewSize {
    unsigned processes = 1;
    unsigned threads_per_process = 1;
    [[nodiscard]] unsigned workers() const { return processes * threads_per_process; }
};
// As few processes as `connections` need, and no fewer than asked for.
[[nodiscard]] CrewSize crew_size(
    unsigned cores, unsigned processes, std::uint64_t connections, std::uint64_t descriptors
);

// Called about four times a second, and once more at the very end.
struct Glance {
    Phase phase = Phase::arriving;
    std::int64_t now_ns = 0;
    std::int64_t start_ns = 0;  // 0 while arriving
};
using OnGlance = std::function<void(const Glance&)>;

struct ConductOptions {
    CrewSize crew;
    double grace_seconds = 5;
    int journal = -1;  // a file descriptor open for appending
    OnGlance on_glance;
    std::function<void()> before_end;   // everything is quiet, everybody still connected
    std::function<bool()> interrupted;  // true: end now
};

struct Conducted {
    double seconds = 0;                // how long the schedules ran
    bool connected = false;            // anybody ever was
    std::uint64_t ready_at_start = 0;  // readers who followed everything when the schedules began
    bool interrupted = false;
    unsigned lost_processes = 0;  // of the workers
};

// `board` has one place for each worker of the crew.
[[nodiscard]] Conducted conduct(Plan& plan, Board& board, const ConductOptions& options);

}  // namespace voxpop::load
