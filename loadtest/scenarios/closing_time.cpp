#include "loadtest/scenarios/all.hpp"

namespace voxpop::load::scenario {

Scenario closing_time() {
    return {
        .name = "closing-time",
        .about = "A vote storm that ends with the poll.",
        .story =
            "Everybody votes at the last moment: the rate grows until the poll closes, at four "
            "fifths of\n"
            "the time, and goes on against the closed poll. Late votes are refused (403) and must "
            "not\n"
            "count. Needs an admin's --token to create a poll that closes; without one the poll "
            "stays open.",
        .connections = 2'000,
        .duration_seconds = 30,
        .traffic = {{.command = Command::vote, .shape = Shape::ramp, .per_second = 1'000}},
        .poll_closes = true,
    };
}

}  // namespace voxpop::load::scenario
