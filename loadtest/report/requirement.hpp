// Thresholds that make the exit code: 'p99_ms<250', 'lost==0', 'vote.p99_ms<=100'. Pure.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "loadtest/report/summary.hpp"

namespace voxpop::load {

class Requirement {
  public:
    // An English sentence when it is not NAME OPERATOR NUMBER, or the name is not known; names the
    // nearest.
    [[nodiscard]] static std::expected<Requirement, std::string> parse(std::string_view text);

    [[nodiscard]] Summary::Requirement judge(const Summary& summary) const;

  private:
    enum class Relation : std::uint8_t { less, at_most, equal, unequal, at_least, more };

    std::string text_;
    std::string name_;
    Relation relation_ = Relation::less;
    double limit_ = 0;
};

// The names that can be required, with what they mean, for --help.
[[nodiscard]] std::string describe_requirements();

}  // namespace voxpop::load
