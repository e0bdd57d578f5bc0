#include "app/app.hpp"

#include "app/node.hpp"

namespace voxpop::app {

App::App(const config::Config& config, base::Log& log)
    : node_(std::make_unique<Node>(config, log)) {}
App::~App() = default;
void App::run() {
    node_->run();
}

}  // namespace voxpop::app
