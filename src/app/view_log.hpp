// Which threads each connection has been counted as a view of: the first time that it reads one, or
// subscribes to it afresh. Coming back with a position to recover from is the same view.
//
// One core's thread.
#pragma once

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "base/ids.hpp"
#include "base/limits.hpp"
#include "net/backend.hpp"

namespace voxpop::app {

class ViewLog {
  public:
    // Whether this is the connection's first view of the thread. After as many threads as it may
    // have channels, it has none more.
    [[nodiscard]] bool first(net::SessionId session, const base::ThreadId& thread) {
        const std::size_t hash = std::hash<base::ThreadId>{}(thread);
        auto& seen = seen_[session];
        if (seen.size() >= base::limits::kChannelsPerClientMax) return false;
        if (std::ranges::find(seen, hash) != seen.end()) return false;
        seen.push_back(hash);
        return true;
    }
    void forget(net::SessionId session) { seen_.erase(session); }

  private:
    using Hashes = boost::container::small_vector<std::size_t, 2>;
    std::unordered_map<net::SessionId, Hashes> seen_;
};

}  // namespace voxpop::app
