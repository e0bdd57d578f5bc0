// Durations as people write them: "250ms", "5s", "5min", "2h". A unit is required; zero is "0s".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace voxpop::config {

// Nothing for anything else, and beyond a thousand years.
[[nodiscard]] std::optional<base::Millis> parse_duration(std::string_view text);

// In the largest unit that gives a whole number.
[[nodiscard]] std::string to_string(base::Millis duration);

}  // namespace voxpop::config
