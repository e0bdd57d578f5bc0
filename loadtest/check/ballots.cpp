#include "loadtest/check/ballots.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>

#include "loadtest/check/checker.hpp"

namespace voxpop::load {

namespace {

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto comma = text.find(',');
        parts.push_back(text.substr(0, comma));
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    return parts;
}

std::string describe(const Range& range) {
    const auto least = std::to_string(range.least);
    return range.least == range.most ? least : least + " to " + std::to_string(range.most);
}

}  // namespace

std::map<std::string, std::uint64_t> parse_options(const std::string& text) {
    std::map<std::string, std::uint64_t> options;
    for (const auto part : split(text)) {
        const auto equals = part.rfind('=');
        if (equals == std::string_view::npos) continue;
        std::uint64_t count = 0;
        std::from_chars(part.data() + equals + 1, part.data() + part.size(), count);
        options[std::string(part.substr(0, equals))] = count;
    }
    return options;
}

void Expectation::start_from(const entry::PollState& state) {
    voters_ = {state.voters, state.voters};
    for (const auto& [option, count] : parse_options(state.options))
        options_[option] = {count, count};
}

void Expectation::add(const std::string& certain, const std::vector<std::string>& possible) {
    std::vector<std::string_view> choices{certain};
    choices.insert(choices.end(), possible.begin(), possible.end());
    const auto is_ballot = [](std::string_view choice) { return !choice.empty(); };
    if (std::ranges::all_of(choices, is_ballot)) ++voters_.least;
    if (std::ranges::any_of(choices, is_ballot)) ++voters_.most;

    std::map<std::string_view, std::size_t> times;
    for (const auto choice : choices) {
        for (const auto option : split(choice)) ++times[option];
    }
    for (const auto& [option, n] : times) {
        Range& range = options_[std::string(option)];
        if (n == choices.size()) ++range.least;
        ++range.most;
    }
}

Expectation::Complaints Expectation::compare(const entry::PollState& state) const {
    Complaints complaints;
    if (state.options.empty()) return complaints;
    if (!voters_.holds(state.voters)) {
        const bool fewer = state.voters < voters_.least;
        complaints.emplace_back(
            fewer ? Violation::ballot_lost : Violation::ballot_doubled,
            std::to_string(state.voters) + " voters; by the acknowledgements there are " +
                describe(voters_)
        );
    }
    std::uint64_t sum = 0;
    for (const auto& [option, count] : parse_options(state.options)) {
        sum += count;
        const auto at = options_.find(option);
        const Range range = at == options_.end() ? Range{} : at->second;
        if (range.holds(count)) continue;
        complaints.emplace_back(
            Violation::tally_wrong, "\"" + option + "\" has " + std::to_string(count) +
                                        "; by the acknowledgements " + describe(range)
        );
    }
    if (state.single && sum != state.voters) {
        complaints.emplace_back(
            Violation::tally_wrong, "the options sum to " + std::to_string(sum) + " with " +
                                        std::to_string(state.voters) + " voters"
        );
    }
    return complaints;
}

}  // namespace voxpop::load
