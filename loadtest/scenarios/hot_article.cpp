#include "loadtest/scenarios/all.hpp"

namespace voxpop::load::scenario {

Scenario hot_article() {
    return {
        .name = "hot-article",
        .about = "One article, one poll, many readers, a stream of votes and comments.",
        .story =
            "The everyday load of a popular article. Each vote is seen by every reader within a "
            "tick;\n"
            "each comment is one delivery per reader, so deliveries grow with connections x "
            "comments.",
        .connections = 1'000,
        .traffic =
            {
                {.command = Command::vote, .per_second = 200},
                {.command = Command::comment, .per_second = 10},
                {.command = Command::save, .per_second = 10},
            },
    };
}

}  // namespace voxpop::load::scenario
