// The version, from the build.
#pragma once

#include <string>
#include <string_view>

namespace voxpop::base {

// "0.1.0"
[[nodiscard]] std::string_view version();

// "voxpop 0.1.0"
[[nodiscard]] std::string version_line();

}  // namespace voxpop::base
