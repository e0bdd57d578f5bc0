#include "loadtest/report/warnings.hpp"

namespace voxpop::load {

namespace {

constexpr double kBusy = 0.8;        // of a core: beyond it the client's own queueing shows
constexpr double kLateShare = 0.01;  // of all commands
constexpr double kPauseMs = 200;

bool slipped(const Summary& s) {
    return static_cast<double>(s.late) > kLateShare * static_cast<double>(s.sent + s.unsent);
}

}  // namespace

std::vector<std::string> warnings_of(const Summary& s) {
    std::vector<std::string> out;
    if (s.client_cpu_peak > kBusy) {
        out.push_back(
            "this tool used " + figure(s.client_cpu_peak * 100) +
            " % of a core: the latencies are about the client; give it more --cores"
        );
    }
    if (slipped(s)) {
        out.push_back(
            "the schedule slipped: " + grouped(s.late) + " commands left more than 10 ms late, " +
            figure(s.slip_max_ms) +
            " ms at most (latencies count from the intended time all the same)"
        );
    }
    if (s.client_pause_max_ms > kPauseMs) {
        out.push_back(
            "this tool itself was kept from its sockets for " + figure(s.client_pause_max_ms) +
            " ms"
        );
    }
    if (s.ready_at_start < s.connections && !s.arrivals_are_the_load) {
        out.push_back(
            "only " + grouped(s.ready_at_start) + " of " + grouped(s.connections) +
            " readers were live when the clock started"
        );
    }
    if (s.lost_processes > 0) {
        out.push_back(std::to_string(s.lost_processes) + " of the tool's own processes died");
    }
    return out;
}

}  // namespace voxpop::load
