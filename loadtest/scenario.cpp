#include "loadtest/scenario.hpp"

#include <algorithm>

#include "loadtest/scenarios/all.hpp"

namespace voxpop::load {

std::span<const Scenario> scenarios() {
    static const std::vector<Scenario> all{
        scenario::idle(),
        scenario::hot_article(),
        scenario::closing_time(),
        scenario::breaking_news(),
        scenario::comment_burst(),
        scenario::slow_readers(),
        scenario::reconnect_storm(),
        scenario::front_page(),
        scenario::moderators(),
        scenario::mixed(),
    };
    return all;
}

const Scenario* find_scenario(std::string_view name) {
    const auto all = scenarios();
    const auto at = std::ranges::find(all, name, &Scenario::name);
    return at == all.end() ? nullptr : &*at;
}

}  // namespace voxpop::load
