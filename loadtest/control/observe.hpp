// Asks the installation what it holds, after a run or long after it.
#pragma once

#include <string>
#include <vector>

#include "loadtest/check/journal.hpp"
#include "loadtest/plan.hpp"

namespace voxpop::load {

// The polls and threads of the plan, by each way of asking, and what stands in the threads'
// streams. Some answers are cached for moments, so it asks until all agree or four seconds are
// over; what still differs is for the checker. Never fails: an installation that does not answer is
// an entry too. An empty token: asked as a guest.
[[nodiscard]] std::vector<Entry> observe_settled(const Plan& plan, const std::string& staff_token);

}  // namespace voxpop::load
