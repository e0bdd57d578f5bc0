// What is wrong with a configuration, in words for the operator.
#pragma once

#include <string>
#include <vector>

namespace voxpop::config {

struct Problem {
    std::string where;  // "voxpop.toml:12", "VOXPOP_LIMITS_TICK", "--listen"
    std::string message;
};

// One line each.
[[nodiscard]] std::string to_string(const std::vector<Problem>& problems);

}  // namespace voxpop::config
