// A kind of day on a news site, by name: who comes, how, and what they do. Each is a short file in
// scenarios/; options of the command line override their numbers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loadtest/plan.hpp"

namespace voxpop::load {

enum class Shape : std::uint8_t {
    constant,  // the rate, evenly
    poisson,   // the rate, as independent people make it
    ramp,      // from nothing to the rate
    spike,     // the rate, and `peak` times it during the middle fifth
};

struct Stream {
    Command command = Command::vote;
    Shape shape = Shape::poisson;
    double per_second = 0;
    double peak = 5;  // spike only
};

enum class Follow : std::uint8_t {
    article,     // the comments, the counts and the poll of one article
    front_page,  // the counts of every article
};

struct Scenario {
    std::string_view name;
    std::string_view about;  // one sentence for `voxpop-load list`
    std::string_view story;  // what it shows and how to read the result, for --help

    std::uint64_t connections = 1'000;
    double duration_seconds = 30;
    // How many arrive per second before the clock starts; with `arrivals_are_the_load` they arrive
    // evenly over the whole duration instead, and that is measured.
    double arrivals_per_second = 2'000;
    bool arrivals_are_the_load = false;

    Follow follow = Follow::article;
    std::uint64_t articles = 1;
    std::vector<Stream> traffic = {};

    std::uint64_t moderators = 0;  // on top of the connections; need a moderator's token
    SlowPlan slow = {};
    StormPlan storm = {};
    std::string_view results = "always";  // of the poll that the tool creates with an admin's token
    bool poll_closes = false;             // at four fifths of the duration; needs an admin's token
};

// All of them, in the order of `voxpop-load list`.
[[nodiscard]] std::span<const Scenario> scenarios();

// Null when there is none of this name.
[[nodiscard]] const Scenario* find_scenario(std::string_view name);

}  // namespace voxpop::load
