// Reads auth.keys out of a parsed file.
#pragma once

#include <toml++/toml.h>

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "config/config.hpp"

namespace voxpop::config {

struct KeyProblem {
    unsigned line = 0;
    std::string message;
};

// The keys in `node`, complete: their files are read (relative to `folder`) and their fields
// checked.
[[nodiscard]] std::expected<std::vector<TokenKey>, KeyProblem> read_keys(
    const toml::node& node, const std::filesystem::path& folder
);

}  // namespace voxpop::config
