#include "loadtest/scenarios/all.hpp"

namespace voxpop::load::scenario {

Scenario breaking_news() {
    return {
        .name = "breaking-news",
        .about = "From no readers to all of them, evenly over the whole time.",
        .story =
            "A push message sends everybody to the same article. The arrivals are the load: "
            "`connect` and\n"
            "`subscribe` tell how long a reader waits for a live page, from the moment of the "
            "click.",
        .connections = 5'000,
        .duration_seconds = 20,
        .arrivals_are_the_load = true,
        .traffic =
            {
                {.command = Command::vote, .shape = Shape::ramp, .per_second = 100},
                {.command = Command::comment, .shape = Shape::ramp, .per_second = 5},
            },
    };
}

}  // namespace voxpop::load::scenario
