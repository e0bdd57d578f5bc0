#include "loadtest/scenarios/all.hpp"

namespace voxpop::load::scenario {

Scenario slow_readers() {
    return {
        .name = "slow-readers",
        .about = "One reader in ten stops reading for five seconds, again and again.",
        .story =
            "A slow client may cost only itself: the others' latencies stay as in hot-article, and "
            "the slow\n"
            "ones get all they missed, or are told to reload.",
        .connections = 1'000,
        .traffic =
            {
                {.command = Command::vote, .per_second = 200},
                {.command = Command::comment, .per_second = 20},
            },
        .slow = {.share = 0.1, .pause_seconds = 5},
    };
}

}  // namespace voxpop::load::scenario
