#include "loadtest/scenarios/all.hpp"

namespace voxpop::load::scenario {

Scenario idle() {
    return {
        .name = "idle",
        .about = "Readers who have the page open and do nothing.",
        .story =
            "What a connection costs when nothing happens: the server's memory and CPU per "
            "thousand readers.\nThe only traffic is the pings of the protocol.",
        .connections = 10'000,
        .duration_seconds = 30,
    };
}

}  // namespace voxpop::load::scenario
