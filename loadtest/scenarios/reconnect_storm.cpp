#include "loadtest/scenarios/all.hpp"

namespace voxpop::load::scenario {

Scenario reconnect_storm() {
    return {
        .name = "reconnect-storm",
        .about =
            "Half of all connections break at once, every ten seconds, and come back within one.",
        .story =
            "A proxy restarts, a train leaves a tunnel. Everybody comes back with the position "
            "they had and\n"
            "must get what they missed, complete and in order.",
        .connections = 1'000,
        .traffic =
            {
                {.command = Command::vote, .per_second = 100},
                {.command = Command::comment, .per_second = 10},
            },
        .storm = {.every_seconds = 10, .share = 0.5},
    };
}

}  // namespace voxpop::load::scenario
