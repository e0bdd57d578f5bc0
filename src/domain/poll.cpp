#include "domain/poll.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "domain/names.hpp"
#include "domain/text.hpp"

namespace voxpop::domain {
namespace {

using enum base::ErrorCode;
namespace limits = base::limits;

constexpr std::array<Named<PollState>, 6> kStates{{
    {PollState::draft, "draft"},
    {PollState::scheduled, "scheduled"},
    {PollState::open, "open"},
    {PollState::paused, "paused"},
    {PollState::closed, "closed"},
    {PollState::archived, "archived"},
}};
constexpr std::array<Named<ResultsPolicy>, 4> kResults{{
    {ResultsPolicy::always, "always"},
    {ResultsPolicy::after_vote, "after_vote"},
    {ResultsPolicy::after_close, "after_close"},
    {ResultsPolicy::staff, "staff"},
}};
constexpr std::array<Named<BallotPolicy>, 3> kPolicies{{
    {BallotPolicy::final, "final"},
    {BallotPolicy::changeable, "changeable"},
    {BallotPolicy::retractable, "retractable"},
}};

struct Step {
    PollState from;
    PollState to;
};
constexpr std::array kSteps = {
    Step{PollState::draft, PollState::scheduled},  //
    Step{PollState::draft, PollState::open},
    Step{PollState::scheduled, PollState::draft},
    Step{PollState::scheduled, PollState::open},
    Step{PollState::open, PollState::paused},
    Step{PollState::open, PollState::closed},
    Step{PollState::paused, PollState::open},
    Step{PollState::paused, PollState::closed},
    Step{PollState::closed, PollState::open},  // a new round
    Step{PollState::closed, PollState::archived},
};

bool is_step(PollState from, PollState to) {
    return std::ranges::any_of(kSteps, [&](const Step& step) {
        return step.from == from && step.to == to;
    });
}

bool is_over(PollState state) {
    return state == PollState::closed || state == PollState::archived;
}

bool is_line(std::string_view text) {
    return clean_text(
               text, {.graphemes_max = limits::kTitleBytesMax,
                      .bytes_max = limits::kTitleBytesMax,
                      .allow_newlines = false}
    )
        .has_value();
}

// A time that clocks can be compared with and stores can hold.
bool is_sensible(const std::optional<Time>& time) {
    constexpr std::int64_t kYear10000 = 253'402'300'800'000;
    return !time || (base::to_millis(*time) >= 0 && base::to_millis(*time) < kYear10000);
}

base::Result<void> validate_options(const std::vector<PollOption>& options) {
    if (options.size() < 2 || options.size() > limits::kPollOptionsMax) {
        return base::fail(bad_request, "options: there must be 2 to 32");
    }
    for (auto at = options.begin(); at != options.end(); ++at) {
        if (at->id.empty()) return base::fail(bad_request, "options: each needs an id");
        if (!is_line(at->label)) {
            return base::fail(bad_request, "options: each needs a label of at most 1024 bytes");
        }
        const bool repeated =
            std::any_of(options.begin(), at, [&](const auto& other) { return other.id == at->id; });
        if (repeated) return base::fail(bad_request, "options: the ids must differ");
    }
    return {};
}

}  // namespace

BoxRules Poll::rules() const {
    return {
        .options = static_cast<std::uint8_t>(options.size()),
        .min = min,
        .max = max,
        .policy = policy,
    };
}

BoxGate Poll::gate() const {
    if (state == PollState::open) return {BoxState::open, closes_at};
    return {is_over(state) ? BoxState::closed : BoxState::not_open, std::nullopt};
}

base::Result<void> validate(const Poll& poll) {
    if (poll.id.empty()) return base::fail(bad_request, "id: it is missing");
    if (poll.thread.empty()) return base::fail(bad_request, "thread: it is missing");
    if (!is_line(poll.question)) {
        return base::fail(bad_request, "question: it must have 1 to 1024 bytes of text");
    }
    if (auto valid = validate_options(poll.options); !valid) return valid;
    if (poll.min < 1) return base::fail(bad_request, "min: it must be at least 1");
    if (poll.min > poll.max) return base::fail(bad_request, "min: it must not be above max");
    if (poll.max > poll.options.size()) {
        return base::fail(bad_request, "max: there are fewer options");
    }
    if (!is_sensible(poll.opens_at) || !is_sensible(poll.closes_at)) {
        return base::fail(bad_request, "opens_at, closes_at: before the year 10000");
    }
    if (poll.state == PollState::scheduled && !poll.opens_at) {
        return base::fail(bad_request, "opens_at: a scheduled poll needs it");
    }
    if (poll.opens_at && poll.closes_at && *poll.closes_at <= *poll.opens_at) {
        return base::fail(bad_request, "closes_at: it must be after opens_at");
    }
    return {};
}

base::Result<void> check_version(std::optional<std::uint32_t> there, std::uint32_t before) {
    if (there && before == 0) return base::fail(already_exists);
    if (there.value_or(0) != before) return base::fail(version_conflict);
    return {};
}

base::Result<void> admit(
    const Poll& poll, std::uint32_t version_before, const PollStanding& standing
) {
    const auto* known = standing.known;
    const auto version = known != nullptr ? std::optional(known->version) : std::nullopt;
    if (auto ok = check_version(version, version_before); !ok) return ok;
    if (known == nullptr) {
        const bool full = standing.polls_in_thread >= limits::kPollsPerThreadMax;
        return full ? base::fail(limit_exceeded) : base::Result<void>{};
    }
    if (known->thread != poll.thread) return base::fail(bad_request, "a poll stays in its thread");
    if (poll.round < known->round) return base::fail(bad_request, "a round never comes back");
    const bool same_choices = known->options == poll.options && known->rules() == poll.rules();
    if (!same_choices && standing.voters > 0) return base::fail(options_locked);
    return {};
}

base::Result<Poll> with_state(Poll poll, PollState state, Time now) {
    if (poll.state == state) return poll;
    if (!is_step(poll.state, state)) return base::fail(invalid_state_change);
    if (state == PollState::scheduled && !poll.opens_at) {
        return base::fail(invalid_state_change, "a poll without opens_at cannot be scheduled");
    }
    if (poll.state == PollState::closed && state == PollState::open) {
        ++poll.round;
        // The old round's end would close the new one at once.
        if (poll.closes_at && *poll.closes_at <= now) poll.closes_at.reset();
    }
    poll.state = state;
    ++poll.version;
    return poll;
}

std::optional<PollState> due_state(const Poll& poll, Time now) {
    if (poll.state == PollState::scheduled && poll.opens_at && now >= *poll.opens_at) {
        return PollState::open;
    }
    const bool can_close = poll.state == PollState::open || poll.state == PollState::paused;
    if (can_close && poll.closes_at && now > *poll.closes_at) return PollState::closed;
    return std::nullopt;
}

base::Result<OptionSet> parse_choice(const Poll& poll, std::span<const std::string_view> ids) {
    OptionSet set;
    for (const auto id : ids) {
        const auto at = std::ranges::find_if(poll.options, [&](const PollOption& option) {
            return option.id.view() == id;
        });
        if (at == poll.options.end()) return base::fail(invalid_choice, "no such option");
        const auto index = static_cast<std::size_t>(at - poll.options.begin());
        if (set.has(index)) return base::fail(invalid_choice, "an option was named twice");
        set = set.with(index);
    }
    return set;
}

bool results_visible(const Poll& poll, bool voted, bool staff) {
    if (staff) return true;
    switch (poll.results) {
        case ResultsPolicy::always:
            return true;
        case ResultsPolicy::after_vote:
            return voted || is_over(poll.state);
        case ResultsPolicy::after_close:
            return is_over(poll.state);
        case ResultsPolicy::staff:
            return false;
    }
    return false;
}

std::string_view to_string(PollState state) {
    return name_in(kStates, state);
}
std::optional<PollState> parse_poll_state(std::string_view name) {
    return value_in(kStates, name);
}
std::string_view to_string(ResultsPolicy policy) {
    return name_in(kResults, policy);
}
std::optional<ResultsPolicy> parse_results_policy(std::string_view name) {
    return value_in(kResults, name);
}
std::string_view to_string(BallotPolicy policy) {
    return name_in(kPolicies, policy);
}
std::optional<BallotPolicy> parse_ballot_policy(std::string_view name) {
    return value_in(kPolicies, name);
}

}  // namespace voxpop::domain
