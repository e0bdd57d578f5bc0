// voxpop-load check: the verdict on journals of earlier runs, and, where a server is named, on what
// it holds now. So a run whose server was killed is judged when the server is back.
#pragma once

#include <expected>
#include <string>

#include "loadtest/check/checker.hpp"
#include "loadtest/options.hpp"

namespace voxpop::load {

// A sentence when a file cannot be read or holds something else. A server that does not answer is a
// finding.
[[nodiscard]] std::expected<Verdict, std::string> check_journals(const CheckSettings& settings);

}  // namespace voxpop::load
