// Every scenario, one function and one file each.
#pragma once

#include "loadtest/scenario.hpp"

namespace voxpop::load::scenario {

[[nodiscard]] Scenario idle();
[[nodiscard]] Scenario hot_article();
[[nodiscard]] Scenario closing_time();
[[nodiscard]] Scenario breaking_news();
[[nodiscard]] Scenario comment_burst();
[[nodiscard]] Scenario slow_readers();
[[nodiscard]] Scenario reconnect_storm();
[[nodiscard]] Scenario front_page();
[[nodiscard]] Scenario moderators();
[[nodiscard]] Scenario mixed();

}  // namespace voxpop::load::scenario
