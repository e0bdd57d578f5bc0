// What a tally must be, from what voters were told: exact where every command was answered, a range
// where some were not. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "loadtest/check/journal.hpp"

namespace voxpop::load {

enum class Violation : std::uint8_t;

struct Range {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    [[nodiscard]] bool holds(std::uint64_t n) const { return n >= least && n <= most; }
};

class Expectation {
  public:
    // The ballots that were there before.
    void start_from(const entry::PollState& state);
    // One voter: the choice (options joined by commas; empty: none) that is certain, and those that
    // are possible besides.
    void add(const std::string& certain, const std::vector<std::string>& possible);

    // What is wrong with a tally, in words. Empty when nothing is, or when it is hidden.
    using Complaints = std::vector<std::pair<Violation, std::string>>;
    [[nodiscard]] Complaints compare(const entry::PollState& state) const;

  private:
    Range voters_;
    std::map<std::string, Range> options_;
};

// "pro=4,con=3" as a map; an option's id may itself hold '='.
[[nodiscard]] std::map<std::string, std::uint64_t> parse_options(const std::string& text);

}  // namespace voxpop::load
