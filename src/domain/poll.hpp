// A poll: a ballot box with a question. Its life is draft → scheduled → open ⇄ paused → closed →
// archived; opening a closed poll again begins a new round with an empty box.
//
// Pure: each function takes the poll as it is and gives it as it will be, or says why not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "domain/ballot_box.hpp"

namespace voxpop::domain {

enum class PollState : std::uint8_t { draft, scheduled, open, paused, closed, archived };
enum class ResultsPolicy : std::uint8_t { always, after_vote, after_close, staff };

struct PollOption {
    base::OptionId id;
    std::string label;
    friend bool operator==(const PollOption&, const PollOption&) = default;
};

struct Poll {
    base::PollId id;
    base::ThreadId thread;
    std::string question;
    std::vector<PollOption> options;  // a ballot's bit i is options[i]
    std::uint8_t min = 1;             // single choice: min = max = 1
    std::uint8_t max = 1;
    BallotPolicy policy = BallotPolicy::retractable;
    ResultsPolicy results = ResultsPolicy::always;
    PollState state = PollState::draft;
    std::uint32_t round = 1;
    std::optional<Time> opens_at;   // scheduled polls open by themselves
    std::optional<Time> closes_at;  // open polls close by themselves
    Time created{};
    std::uint32_t version = 1;  // counts changes of this definition

    [[nodiscard]] BoxId box() const { return BoxId::poll(id, round); }
    [[nodiscard]] BoxRules rules() const;
    [[nodiscard]] BoxGate gate() const;

    friend bool operator==(const Poll&, const Poll&) = default;
};

// Whether a definition is whole: 2–32 options with distinct ids, 1 ≤ min ≤ max ≤ options, texts
// within their limits, closes_at after opens_at. Error: bad_request, with the field in its words.
[[nodiscard]] base::Result<void> validate(const Poll& poll);

// Whether what is `there` has the version that a command was decided on (`before`: zero where there
// was nothing). Errors: already_exists, version_conflict.
[[nodiscard]] base::Result<void> check_version(
    std::optional<std::uint32_t> there, std::uint32_t before
);

// What a poll's thread and box have when a definition of it is put.
struct PollStanding {
    const Poll* known = nullptr;  // the definition that is there; null: none
    std::size_t polls_in_thread = 0;
    std::uint64_t voters = 0;  // in the known one's round
};
// Whether `poll`, decided on `version_before`, may be put there. Errors: those of check_version();
// limit_exceeded (polls of the thread); bad_request (another thread, an earlier round);
// options_locked (other choices under ballots that were cast).
[[nodiscard]] base::Result<void> admit(
    const Poll& poll, std::uint32_t version_before, const PollStanding& standing
);

// The poll after moving to `state` at `now`; version + 1, and for closed → open round + 1. Moving
// to the state it has is no change and no error. Error: invalid_state_change.
[[nodiscard]] base::Result<Poll> with_state(Poll poll, PollState state, Time now);

// The state that time alone brings by `now`: scheduled → open at opens_at, open/paused → closed
// after closes_at. Nothing when none is due.
[[nodiscard]] std::optional<PollState> due_state(const Poll& poll, Time now);

// The set that `ids` name in this poll. Errors: invalid_choice for an unknown or repeated id.
[[nodiscard]] base::Result<OptionSet> parse_choice(
    const Poll& poll, std::span<const std::string_view> ids
);

// May somebody see the tally now? `voted`: holds a ballot in this round. `staff`: moderator or
// admin.
[[nodiscard]] bool results_visible(const Poll& poll, bool voted, bool staff);

[[nodiscard]] std::string_view to_string(PollState state);
[[nodiscard]] std::optional<PollState> parse_poll_state(std::string_view name);
[[nodiscard]] std::string_view to_string(ResultsPolicy policy);
[[nodiscard]] std::optional<ResultsPolicy> parse_results_policy(std::string_view name);
[[nodiscard]] std::string_view to_string(BallotPolicy policy);
[[nodiscard]] std::optional<BallotPolicy> parse_ballot_policy(std::string_view name);

}  // namespace voxpop::domain
