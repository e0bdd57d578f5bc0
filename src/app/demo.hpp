// What `--dev` puts into an empty store: the thread and the poll of the demo article. Existing ones
// stay.
#pragma once

#include <functional>

#include "app/services.hpp"

namespace voxpop::app {

inline constexpr std::string_view kDemoId = "demo";

// The core's thread. `done` is called once both exist, or with why they do not.
void seed_demo(Services& services, std::move_only_function<void(base::Result<void>)> done);

}  // namespace voxpop::app
