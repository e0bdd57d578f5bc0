// The command line as typed values. Nothing is read or opened here: flags that are settings become
// overrides for config::load(), which checks them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/limits.hpp"
#include "config/load.hpp"
#include "domain/identity.hpp"

namespace voxpop::cli {

// voxpop serve
struct Serve {
    config::Sources sources;
};

// voxpop token: prints a connection token.
struct Token {
    config::Sources sources;
    base::UserId user;
    domain::Role role = domain::Role::reader;
    std::string name;  // what others see; empty: none
    std::chrono::seconds ttl = base::limits::kTokenTtlMax;
};

// voxpop verify: counts ballots and compares the tallies.
struct Verify {
    config::Sources sources;
    bool repair = false;  // put right what can be counted anew
};

// voxpop config: prints settings.
struct ShowConfig {
    enum class What : std::uint8_t { effective, sample, reference };
    config::Sources sources;
    What what = What::effective;
};

// Nothing is left to do but to print `text` and leave: help, the version, or wrong usage.
struct Exit {
    int code = 0;      // 0, to standard output; kWrongUsage, to standard error
    std::string text;  // ends with a newline
};

inline constexpr int kWrongUsage = 2;

using Command = std::variant<Serve, Token, Verify, ShowConfig, Exit>;

// `arguments` without the program's name.
[[nodiscard]] Command parse(
    const std::vector<std::string>& arguments, const config::Variables& environment
);

}  // namespace voxpop::cli
