// What this node has asked the store to be told of: one watch for each thread, however many of its
// things (channels, polls) are kept live here.
//
// The publisher's thread.
#pragma once

#include <cstddef>
#include <functional>
#include <unordered_map>
#include <vector>

#include "app/core_loop.hpp"
#include "domain/store.hpp"

namespace voxpop::app {

class Watches {
  public:
    using Then = std::move_only_function<void(base::Result<void>)>;

    Watches(CoreLoop& loop, domain::Store& store) : loop_(loop), store_(store) {}

    // One more user of the thread. `then` once the store tells this node of all its changes; with
    // an error there is no user more. Errors: store_unavailable, overloaded.
    void add(const base::ThreadId& thread, Then then);
    // One user less, of those that were added.
    void drop(const base::ThreadId& thread);

    [[nodiscard]] std::size_t size() const { return watches_.size(); }

  private:
    struct Watch {
        std::size_t users = 0;
        bool established = false;
        std::vector<Then> waiting;
    };

    void ask(const base::ThreadId& thread);
    void answered(const base::ThreadId& thread, const base::Result<void>& answer);

    CoreLoop& loop_;
    domain::Store& store_;
    std::unordered_map<base::ThreadId, Watch> watches_;
};

}  // namespace voxpop::app
