// From a file, the environment and flags to one checked Config. Blocking; at start, one thread.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <vector>

#include "config/config.hpp"
#include "config/layer.hpp"
#include "config/problem.hpp"

namespace voxpop::config {

struct Sources {
    std::optional<std::filesystem::path> file;  // without one: VOXPOP_CONFIG, if it is set
    Variables environment;
    std::vector<Override> overrides;
};

// The defaults, overlaid with file, environment and flags, in that order. Either everything is
// right or nothing is returned but what is wrong: all problems of reading, or, where there are
// none, those of settings that do not go together.
[[nodiscard]] std::expected<Config, std::vector<Problem>> load(const Sources& sources);

// The process's environment.
[[nodiscard]] Variables process_environment();

}  // namespace voxpop::config
