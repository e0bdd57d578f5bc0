// Whether the node should get traffic: what /health/ready says. Any thread.
#pragma once

#include <atomic>

namespace voxpop::app {

struct Readiness {
    std::atomic<bool> store_up{true};
    std::atomic<bool> draining{false};
};

}  // namespace voxpop::app
