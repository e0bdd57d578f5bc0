// The first primitive: a ballot box. One voter holds one ballot in a box, a set of options,
// possibly empty; the tally is what counting the ballots gives. A poll's round, a save, the
// reactions to a comment and its reports are all ballot boxes with other rules.
//
// Pure: no I/O, no clock, no threads. A store keeps the ballots and calls `admit` and `Tally::move`
// inside the step that writes the ballot, so rules, ballot and tally change together or not at all.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/limits.hpp"

namespace voxpop::domain {

using base::Time;

enum class BoxKind : std::uint8_t { poll = 1, save = 2, reaction = 3, report = 4 };

// Which box: what it is about (a poll's, thread's or comment's id) and, for polls, the round.
struct BoxId {
    BoxKind kind = BoxKind::poll;
    base::InlineString<base::kIdBytesMax> subject;
    std::uint32_t round = 1;

    [[nodiscard]] static BoxId poll(const base::PollId& id, std::uint32_t round);
    [[nodiscard]] static BoxId save(const base::ThreadId& id);
    [[nodiscard]] static BoxId reaction(base::CommentId id);
    [[nodiscard]] static BoxId report(base::CommentId id);

    // For logs and keys: "poll/demo/1".
    [[nodiscard]] std::string str() const;

    friend bool operator==(const BoxId&, const BoxId&) = default;
};

// Options by their position in the definition, one bit each.
class OptionSet {
  public:
    constexpr OptionSet() = default;
    constexpr explicit OptionSet(std::uint64_t bits) : bits_(bits) {}
    [[nodiscard]] static constexpr OptionSet of(std::size_t index) {
        return OptionSet(std::uint64_t{1} << index);
    }

    [[nodiscard]] constexpr OptionSet with(std::size_t index) const {
        return OptionSet(bits_ | std::uint64_t{1} << index);
    }
    [[nodiscard]] constexpr bool has(std::size_t index) const { return (bits_ >> index & 1) != 0; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    [[nodiscard]] constexpr int size() const { return std::popcount(bits_); }
    [[nodiscard]] constexpr std::uint64_t bits() const { return bits_; }

    friend constexpr bool operator==(OptionSet, OptionSet) = default;

  private:
    std::uint64_t bits_ = 0;
};

enum class BallotPolicy : std::uint8_t { final, changeable, retractable };
enum class BoxState : std::uint8_t { not_open, open, closed };

// What a ballot in this box may look like.
struct BoxRules {
    std::uint8_t options = 1;  // how many there are; valid sets use the lowest bits
    std::uint8_t min = 1;      // how many a non-empty ballot chooses, at least
    std::uint8_t max = 1;      // and at most
    BallotPolicy policy = BallotPolicy::retractable;

    friend bool operator==(const BoxRules&, const BoxRules&) = default;
};

// Whether ballots are taken now.
struct BoxGate {
    BoxState state = BoxState::open;
    std::optional<Time> closes_at;  // receipt times up to and including this count

    friend bool operator==(const BoxGate&, const BoxGate&) = default;
};

// The rules of boxes that nobody defines: save (1 option), reaction (like = 0, dislike = 1) and
// report.
[[nodiscard]] BoxRules implicit_rules(BoxKind kind);

inline constexpr std::size_t kReportReasons = 5;

// Ballots by option, with the number of voters. `version` grows with every change and never goes
// back, over the rounds of a poll as well.
struct Tally {
    std::uint64_t version = 0;
    std::uint64_t voters = 0;  // ballots that are not empty
    std::array<std::uint64_t, base::limits::kPollOptionsMax> counts{};

    // Takes `before` out and puts `after` in; a voter's first ballot has an empty `before`. Changes
    // nothing, the version included, when both are the same.
    void move(OptionSet before, OptionSet after);

    friend bool operator==(const Tally&, const Tally&) = default;
};

// Whether a voter who holds `before` may hold `wanted` from the receipt time `at` on. An empty
// `wanted` withdraws the ballot. Choosing the same again is always allowed while the box is open.
// Errors: poll_not_open, poll_closed, invalid_choice, ballot_final, retract_not_allowed.
[[nodiscard]] base::Result<void> admit(
    const BoxRules& rules, const BoxGate& gate, OptionSet before, OptionSet wanted, Time at
);

}  // namespace voxpop::domain

template <>
struct std::hash<voxpop::domain::BoxId> {
    std::size_t operator()(const voxpop::domain::BoxId& id) const noexcept {
        return std::hash<std::string_view>{}(id.subject.view()) ^
               (static_cast<std::size_t>(id.round) << 8 | static_cast<std::size_t>(id.kind)) *
                   0x9e3779b97f4a7c15ULL;
    }
};
