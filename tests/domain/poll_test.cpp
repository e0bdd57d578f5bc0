#include "domain/poll.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <optional>

#include "base/limits.hpp"

using namespace voxpop;
using namespace voxpop::domain;
using namespace std::chrono_literals;
using base::ErrorCode;

namespace {

const Time kNow = base::from_millis(1'700'000'000'000);

Poll sample(PollState state = PollState::draft) {
    return {
        .id = *base::PollId::from("p"),
        .thread = *base::ThreadId::from("t"),
        .question = "찬성?",
        .options = {{*base::OptionId::from("pro"), "Pro"}, {*base::OptionId::from("con"), "Con"}},
        .state = state,
    };
}

std::string complaint(const Poll& poll) {
    const auto valid = validate(poll);
    if (valid) return "";
    CHECK(valid.error().code == ErrorCode::bad_request);
    return valid.error().detail.substr(0, valid.error().detail.find(':'));
}

}  // namespace

TEST_CASE("poll: times are such that clocks know them", "[domain]") {
    Poll poll = sample();
    poll.closes_at = base::from_millis(253'402'300'799'999);  // the end of the year 9999
    CHECK(complaint(poll).empty());
    *poll.closes_at += 1ms;
    CHECK(complaint(poll) == "opens_at, closes_at");
    poll.closes_at = base::from_millis(-1);  // what 2^64 - 1 becomes
    CHECK(complaint(poll) == "opens_at, closes_at");
}

TEST_CASE("poll: it moves along its life and no other way", "[domain]") {
    using enum PollState;
    const std::array all{draft, scheduled, open, paused, closed, archived};
    const std::vector<std::pair<PollState, PollState>> steps{
        {draft, scheduled}, {draft, open},      {scheduled, draft}, {scheduled, open},
        {open, paused},     {open, closed},     {paused, open},     {paused, closed},
        {closed, open},     {closed, archived},
    };
    for (const auto from : all) {
        for (const auto to : all) {
            Poll poll = sample(from);
            poll.opens_at = kNow;
            const bool step = std::ranges::find(steps, std::pair(from, to)) != steps.end();
            const auto moved = with_state(poll, to, kNow);
            INFO(to_string(from) << " to " << to_string(to));
            REQUIRE(moved.has_value() == (step || from == to));
            if (!moved) {
                CHECK(moved.error().code == ErrorCode::invalid_state_change);
                continue;
            }
            CHECK(moved->state == to);
            CHECK(moved->version == (step ? 2 : 1));
            CHECK(moved->round == (from == closed && to == open ? 2 : 1));
        }
    }
}

TEST_CASE("poll: a reopened poll is not closed by its old end", "[domain]") {
    Poll poll = sample(PollState::closed);
    poll.closes_at = kNow - 1s;
    CHECK_FALSE(with_state(poll, PollState::open, kNow)->closes_at);
    poll.closes_at = kNow + 1s;
    CHECK(with_state(poll, PollState::open, kNow)->closes_at == kNow + 1s);
}

TEST_CASE("poll: scheduling needs a time", "[domain]") {
    CHECK_FALSE(with_state(sample(), PollState::scheduled, kNow));
}

TEST_CASE("poll: time opens and closes it", "[domain]") {
    Poll poll = sample(PollState::scheduled);
    poll.opens_at = kNow;
    poll.closes_at = kNow + 1min;
    CHECK_FALSE(due_state(poll, kNow - 1ms));
    CHECK(due_state(poll, kNow) == PollState::open);
    for (const auto state : {PollState::open, PollState::paused}) {
        poll.state = state;
        CHECK_FALSE(due_state(poll, kNow + 1min));
        CHECK(due_state(poll, kNow + 1min + 1ms) == PollState::closed);
    }
    for (const auto state : {PollState::draft, PollState::closed, PollState::archived}) {
        poll.state = state;
        CHECK_FALSE(due_state(poll, kNow + 1h));
    }
}

TEST_CASE("poll: its gate follows its state", "[domain]") {
    const auto gate = [](PollState state) { return sample(state).gate().state; };
    CHECK(gate(PollState::draft) == BoxState::not_open);
    CHECK(gate(PollState::scheduled) == BoxState::not_open);
    CHECK(gate(PollState::open) == BoxState::open);
    CHECK(gate(PollState::paused) == BoxState::not_open);
    CHECK(gate(PollState::closed) == BoxState::closed);
    CHECK(gate(PollState::archived) == BoxState::closed);
}

TEST_CASE("poll: a definition is whole, or the field is named", "[domain]") {
    CHECK(complaint(sample()).empty());
    const auto with = [](auto&& change) {
        Poll poll = sample();
        change(poll);
        return complaint(poll);
    };
    CHECK(with([](Poll& p) { p.question = " "; }) == "question");
    CHECK(with([](Poll& p) { p.question = "\xff"; }) == "question");
    CHECK(with([](Poll& p) { p.options.pop_back(); }) == "options");
    CHECK(with([](Poll& p) { p.options[1].id = p.options[0].id; }) == "options");
    CHECK(with([](Poll& p) { p.options[1].label.clear(); }) == "options");
    CHECK(with([](Poll& p) { p.options.resize(33, p.options[0]); }) == "options");
    CHECK(with([](Poll& p) { p.min = 0; }) == "min");
    CHECK(with([](Poll& p) { p.min = 2; }) == "min");
    CHECK(with([](Poll& p) { p.max = 3; }) == "max");
    CHECK(with([](Poll& p) { p.opens_at = p.closes_at = kNow; }) == "closes_at");
}

TEST_CASE("poll: options are chosen by id, each once", "[domain]") {
    const Poll poll = sample();
    const auto choose = [&](std::vector<std::string_view> ids) { return parse_choice(poll, ids); };
    CHECK(choose({"con"}) == OptionSet(0b10));
    CHECK(choose({"con", "pro"}) == OptionSet(0b11));
    CHECK(choose({}) == OptionSet());
    CHECK(choose({"maybe"}).error().code == ErrorCode::invalid_choice);
    CHECK(choose({"pro", "pro"}).error().code == ErrorCode::invalid_choice);
}

TEST_CASE("poll: who sees the results, and when", "[domain]") {
    const auto seen = [](ResultsPolicy policy, PollState state, bool voted, bool staff) {
        Poll poll = sample(state);
        poll.results = policy;
        return results_visible(poll, voted, staff);
    };
    CHECK(seen(ResultsPolicy::always, PollState::open, false, false));
    CHECK_FALSE(seen(ResultsPolicy::after_vote, PollState::open, false, false));
    CHECK(seen(ResultsPolicy::after_vote, PollState::open, true, false));
    CHECK(seen(ResultsPolicy::after_vote, PollState::closed, false, false));
    CHECK_FALSE(seen(ResultsPolicy::after_close, PollState::paused, true, false));
    CHECK(seen(ResultsPolicy::after_close, PollState::archived, false, false));
    CHECK_FALSE(seen(ResultsPolicy::staff, PollState::closed, true, false));
    for (const auto policy :
         {ResultsPolicy::always, ResultsPolicy::after_vote, ResultsPolicy::after_close,
          ResultsPolicy::staff}) {
        CHECK(seen(policy, PollState::open, false, true));
        CHECK(parse_results_policy(to_string(policy)) == policy);
    }
}

TEST_CASE("poll: a definition is put over the one that it was decided on", "[domain]") {
    const Poll known = sample();
    Poll poll = known;
    const auto refusal = [&](std::uint32_t before, PollStanding standing) {
        const auto admitted = admit(poll, before, standing);
        return admitted ? std::nullopt : std::optional(admitted.error().code);
    };
    CHECK(!refusal(0, {}));
    CHECK(refusal(1, {}) == ErrorCode::version_conflict);
    CHECK(
        refusal(0, {.polls_in_thread = base::limits::kPollsPerThreadMax}) ==
        ErrorCode::limit_exceeded
    );
    CHECK(!refusal(known.version, {.known = &known, .voters = 7}));
    CHECK(refusal(known.version + 1, {.known = &known}) == ErrorCode::version_conflict);
    CHECK(refusal(0, {.known = &known}) == ErrorCode::already_exists);

    poll.options[0].label = "Against";
    CHECK(!refusal(known.version, {.known = &known}));
    CHECK(refusal(known.version, {.known = &known, .voters = 1}) == ErrorCode::options_locked);
    poll.thread = *base::ThreadId::from("another");
    CHECK(refusal(known.version, {.known = &known}) == ErrorCode::bad_request);
}
