#include "loadtest/scenarios/all.hpp"

namespace voxpop::load::scenario {

Scenario moderators() {
    return {
        .name = "moderators",
        .about = "Moderators hide and restore comments while readers watch.",
        .story =
            "What is hidden must disappear for everybody and be readable for nobody; what only "
            "moderators\n"
            "may see (reasons, names, the queue) must reach nobody else. Needs a moderator's "
            "--token.",
        .connections = 500,
        .traffic =
            {
                {.command = Command::comment, .per_second = 20},
                {.command = Command::moderate, .per_second = 10},
            },
        .moderators = 5,
    };
}

}  // namespace voxpop::load::scenario
