// Reasons not to trust a run's numbers: the tool was too busy, or late, or not everybody was there.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "loadtest/report/summary.hpp"

namespace voxpop::load {

// English sentences, for the operator.
[[nodiscard]] std::vector<std::string> warnings_of(const Summary& summary);

}  // namespace voxpop::load
