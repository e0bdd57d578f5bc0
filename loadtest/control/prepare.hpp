// Makes a plan of the settings: asks the installation what is there, creates what the scenario
// needs and the tokens allow, and notes the state of everything before the run.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "loadtest/check/journal.hpp"
#include "loadtest/plan.hpp"
#include "loadtest/settings.hpp"

namespace voxpop::load {

struct Prepared {
    Plan plan;
    std::vector<Entry> journal;      // what was there before
    std::vector<std::string> notes;  // what the scenario has to do without, for the operator
    std::string staff_token;         // sees hidden results; empty: there is none
    std::string server_version;      // of the first target; empty: it does not say
};

enum class PrepareError : std::uint8_t { usage, unreachable };

struct PrepareFailure {
    PrepareError kind = PrepareError::unreachable;
    std::string why;
};

[[nodiscard]] std::expected<Prepared, PrepareFailure> prepare(const Settings& settings);

}  // namespace voxpop::load
