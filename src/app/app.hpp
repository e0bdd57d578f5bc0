// The node: store, cores, publisher, and their common life. Started, it serves until it is told to
// stop; then it takes no new connections, sends everybody away with a promise to be back (3001),
// settles every write and returns.
#pragma once

#include <memory>

#include "base/log.hpp"
#include "config/config.hpp"

namespace voxpop::app {

class App {
  public:
    // Opens the store and binds the address. Throws std::runtime_error with a sentence for the
    // operator.
    App(const config::Config& config, base::Log& log);
    ~App();

    // Serves until SIGTERM or SIGINT. Called once, by the main thread, which becomes the first
    // core's.
    void run();

  private:
    class Node;
    std::unique_ptr<Node> node_;
};

}  // namespace voxpop::app
