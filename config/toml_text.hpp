// Text as a basic string of TOML: in quotes, escaped, on one line.
#pragma once

#include <string>
#include <string_view>

namespace voxpop::config {

[[nodiscard]] std::string toml_quoted(std::string_view text);

}  // namespace voxpop::config
