// Who this node is, and of which continuity its streams are. One, owned by the engine.
#pragma once

#include <string>

namespace voxpop::store::redis {

struct NodeState {
    // Random: another one after every start; behind `realm`.
    std::string name;
    std::string epoch;  // as in vp:epoch when it was last looked at
    std::string realm;  // before the names of all channels (keys::realm)
};

}  // namespace voxpop::store::redis
