// What the command line asks for, before anything is known about the server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loadtest/plan.hpp"
#include "loadtest/scenario.hpp"
#include "loadtest/target.hpp"

namespace voxpop::load {

struct Settings {
    Scenario scenario;
    std::vector<Target> targets;
    std::string origin;
    std::optional<std::uint64_t> connections;
    std::optional<double> duration_seconds;
    std::optional<double> rate;  // of all traffic together; each stream keeps its share
    unsigned cores = 1;
    unsigned processes = 0;  // 0: as many as the connections need
    std::vector<std::string> tokens;
    std::string thread = "demo";
    std::string poll = "demo";
    std::string site = "default";  // whose moderators' channel it is
    double grace_seconds = 5;      // for answers and publications after the last command
    std::int64_t stall_ms = 1'000;
    Wire wire = Wire::centrifuge;
    RawPlan raw;

    std::string json_file;
    std::string html_file;
    std::string journal_file;
    std::vector<std::string> requirements;
    bool quiet = false;
    std::string command_line;
};

// More connections than this need several processes, and fewer where a process may not have as many
// descriptors open, of which kDescriptorsBeside are for other things than connections.
inline constexpr std::uint64_t kConnectionsPerProcess = 19'000;
inline constexpr std::uint64_t kDescriptorsBeside = 100;

}  // namespace voxpop::load
