// The store that the configuration names. At start; errors are sentences for the operator.
#pragma once

#include <memory>

#include "config/config.hpp"
#include "domain/store.hpp"

namespace voxpop::app {

// Not started yet. Throws std::runtime_error.
[[nodiscard]] std::unique_ptr<domain::Store> open_store(const config::Config& config);

}  // namespace voxpop::app
