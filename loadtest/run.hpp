// A whole run: prepare, conduct, observe, judge, sum up. What the command line calls, and what
// tests call.
#pragma once

#include <expected>
#include <functional>
#include <string>

#include "loadtest/control/prepare.hpp"
#include "loadtest/report/recorder.hpp"
#include "loadtest/report/summary.hpp"
#include "loadtest/settings.hpp"

namespace voxpop::load {

struct RunHooks {
    std::function<void(const Plan&)> on_plan;  // before anything connects
    std::function<void(const Glance&, const Board&, const Recorder&)> on_glance;
    std::function<bool()> interrupted;
};

// `usage` failures are the operator's, `unreachable` ones the installation's.
[[nodiscard]] std::expected<Summary, PrepareFailure> run_load(
    const Settings& settings, const RunHooks& hooks
);

}  // namespace voxpop::load
