#include "loadtest/scenarios/all.hpp"

namespace voxpop::load::scenario {

Scenario front_page() {
    return {
        .name = "front-page",
        .about = "Readers who follow the counts of fifty articles each.",
        .story =
            "A list of articles with live counts. Comments and saves go to all articles; what "
            "readers see is\n"
            "conflated, so deliveries depend on the tick and not on the number of writes.",
        .connections = 500,
        .follow = Follow::front_page,
        .articles = 50,
        .traffic =
            {
                {.command = Command::comment, .per_second = 10},
                {.command = Command::save, .per_second = 40},
            },
    };
}

}  // namespace voxpop::load::scenario
