#include "loadtest/scenarios/all.hpp"

namespace voxpop::load::scenario {

Scenario comment_burst() {
    return {
        .name = "comment-burst",
        .about = "Comments that come five times as fast for a while.",
        .story =
            "Comments are never conflated: every reader gets each one, once and in order. The "
            "burst in the\n"
            "middle fifth shows how the server's fan-out holds and how quickly it is over it.",
        .connections = 1'000,
        .traffic =
            {{.command = Command::comment, .shape = Shape::spike, .per_second = 20, .peak = 5}},
    };
}

}  // namespace voxpop::load::scenario
