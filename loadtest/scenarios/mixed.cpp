#include "loadtest/scenarios/all.hpp"

namespace voxpop::load::scenario {

Scenario mixed() {
    return {
        .name = "mixed",
        .about = "A bit of everything: ten articles, some slow readers, lost connections.",
        .story =
            "The scenario for a long run. With an admin's --token the poll hides its results until "
            "one has\n"
            "voted, and with a moderator's there are two moderators at work.",
        .connections = 1'000,
        .duration_seconds = 60,
        .articles = 10,
        .traffic =
            {
                {.command = Command::vote, .shape = Shape::spike, .per_second = 100, .peak = 5},
                {.command = Command::comment, .per_second = 10},
                {.command = Command::save, .per_second = 10},
                {.command = Command::moderate, .per_second = 1},
            },
        .moderators = 2,
        .slow = {.share = 0.02, .pause_seconds = 5},
        .storm = {.every_seconds = 15, .share = 0.1},
        .results = "after_vote",
    };
}

}  // namespace voxpop::load::scenario
