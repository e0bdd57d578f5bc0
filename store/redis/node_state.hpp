// Who this node is, and of which continuity its streams are. One, owned by the engine.
#pragma once

#include <string>

namespace voxpop::store::redis {

struct NodeState {
    std::string name;   // random: another one after every start
    std::string epoch;  // as in vp:epoch when it was last looked at
};

}  // namespace voxpop::store::redis
