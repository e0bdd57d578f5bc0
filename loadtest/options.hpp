// The command line: voxpop-load SCENARIO …, voxpop-load list, voxpop-load check FILE….
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "loadtest/settings.hpp"

namespace voxpop::load {

enum class Mode : std::uint8_t { run, list, check };

struct CheckSettings {
    std::vector<std::string> files;
    std::vector<Target> targets;  // to ask what is there now; empty: what the journals say
    std::vector<std::string> tokens;
};

struct Options {
    Mode mode = Mode::run;
    Settings run;
    CheckSettings check;
};

// What to do instead of running: print `text` and exit. Exit code 0 was asked for (--help), 2 wrong
// usage.
struct Leave {
    int exit_code = 2;
    std::string text;
};

[[nodiscard]] std::expected<Options, Leave> parse_options(int argc, const char* const* argv);

}  // namespace voxpop::load
