#include "domain/ballot_box.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>

using namespace voxpop;
using namespace voxpop::domain;
using namespace std::chrono_literals;
using base::ErrorCode;

namespace {

const Time kNow = base::from_millis(1'700'000'000'000);
const BoxGate kOpen{};

base::Result<void> try_to(const BoxRules& rules, std::uint64_t before, std::uint64_t wanted) {
    return admit(rules, kOpen, OptionSet(before), OptionSet(wanted), kNow);
}

}  // namespace

TEST_CASE("ballot box: one option of three, no more and no other", "[domain]") {
    const BoxRules rules{.options = 3};
    CHECK(try_to(rules, 0, 0b001));
    CHECK(try_to(rules, 0, 0b100));
    CHECK(try_to(rules, 0, 0b011).error().code == ErrorCode::invalid_choice);
    CHECK(try_to(rules, 0, 0b1000).error().code == ErrorCode::invalid_choice);
}

TEST_CASE("ballot box: multiple choice holds between min and max options", "[domain]") {
    const BoxRules rules{.options = 4, .min = 2, .max = 3};
    CHECK(try_to(rules, 0, 0b0001).error().code == ErrorCode::invalid_choice);
    CHECK(try_to(rules, 0, 0b0011));
    CHECK(try_to(rules, 0, 0b0111));
    CHECK(try_to(rules, 0, 0b1111).error().code == ErrorCode::invalid_choice);
}

TEST_CASE("ballot box: the policy decides on changing and withdrawing", "[domain]") {
    BoxRules rules{.options = 2, .policy = BallotPolicy::retractable};
    CHECK(try_to(rules, 0b01, 0b10));
    CHECK(try_to(rules, 0b01, 0));
    rules.policy = BallotPolicy::changeable;
    CHECK(try_to(rules, 0b01, 0b10));
    CHECK(try_to(rules, 0b01, 0).error().code == ErrorCode::retract_not_allowed);
    rules.policy = BallotPolicy::final;
    CHECK(try_to(rules, 0b01, 0b10).error().code == ErrorCode::ballot_final);
    CHECK(try_to(rules, 0b01, 0).error().code == ErrorCode::ballot_final);
    CHECK(try_to(rules, 0, 0b10));
}

TEST_CASE("ballot box: choosing the same again is always allowed while it is open", "[domain]") {
    CHECK(try_to({.options = 2, .policy = BallotPolicy::final}, 0b01, 0b01));
    CHECK(try_to({.options = 2, .policy = BallotPolicy::final}, 0, 0));
}

TEST_CASE("ballot box: the receipt time decides, and closes_at itself counts", "[domain]") {
    const BoxRules rules{.options = 2};
    const BoxGate gate{BoxState::open, kNow};
    const auto at = [&](Time time) { return admit(rules, gate, OptionSet(), OptionSet(1), time); };
    CHECK(at(kNow));
    CHECK(at(kNow + 1ms).error().code == ErrorCode::poll_closed);
    const auto in = [&](BoxState state) {
        return admit(rules, {state, std::nullopt}, OptionSet(1), OptionSet(1), kNow);
    };
    CHECK(in(BoxState::not_open).error().code == ErrorCode::poll_not_open);
    CHECK(in(BoxState::closed).error().code == ErrorCode::poll_closed);
}

TEST_CASE("ballot box: boxes are told apart by kind, subject and round", "[domain]") {
    const auto poll = *base::PollId::from("demo");
    CHECK(BoxId::poll(poll, 1).str() == "poll/demo/1");
    CHECK(BoxId::poll(poll, 1) != BoxId::poll(poll, 2));
    CHECK(BoxId::save(*base::ThreadId::from("demo")) != BoxId::poll(poll, 1));
    CHECK(BoxId::reaction(base::CommentId(7)) != BoxId::report(base::CommentId(7)));
    CHECK(BoxId::reaction(base::CommentId(7)).subject.view() == base::CommentId(7).str());
}

TEST_CASE("ballot box: boxes that nobody defines have rules of their own", "[domain]") {
    CHECK(implicit_rules(BoxKind::save).options == 1);
    CHECK(implicit_rules(BoxKind::reaction).options == 2);
    CHECK(implicit_rules(BoxKind::reaction).max == 1);
    CHECK(implicit_rules(BoxKind::report).options == kReportReasons);
}

TEST_CASE("ballot box: the tally is what counting the ballots gives", "[domain][property]") {
    CHECK(rc::check("after any ballots", [] {
        Tally tally;
        std::map<int, OptionSet> ballots;
        const auto moves = *rc::gen::container<std::vector<std::pair<int, std::uint32_t>>>(
            rc::gen::pair(rc::gen::inRange(0, 5), rc::gen::arbitrary<std::uint32_t>())
        );
        std::uint64_t changes = 0;
        for (const auto& [voter, bits] : moves) {
            const OptionSet wanted(bits % 4 == 0 ? 0 : bits);
            changes += wanted == ballots[voter] ? 0U : 1U;
            tally.move(ballots[voter], wanted);
            ballots[voter] = wanted;
        }
        Tally counted{.version = changes};
        for (const auto& [voter, set] : ballots) {
            counted.voters += set.empty() ? 0U : 1U;
            for (std::size_t i = 0; i < counted.counts.size(); ++i) {
                counted.counts[i] += set.has(i) ? 1U : 0U;
            }
        }
        RC_ASSERT(tally == counted);
    }));
}

TEST_CASE("ballot box: what is admitted keeps the rules", "[domain][property]") {
    CHECK(rc::check("whatever was held and is wanted", [] {
        const BoxRules rules{
            .options = *rc::gen::inRange<std::uint8_t>(1, 6),
            .min = *rc::gen::inRange<std::uint8_t>(1, 4),
            .max = *rc::gen::inRange<std::uint8_t>(1, 6),
            .policy = *rc::gen::element(
                BallotPolicy::final, BallotPolicy::changeable, BallotPolicy::retractable
            ),
        };
        const OptionSet before(*rc::gen::inRange<std::uint64_t>(0, 64));
        const OptionSet wanted(*rc::gen::inRange<std::uint64_t>(0, 64));
        const bool fits = wanted.bits() < (1U << rules.options) && wanted.size() >= rules.min &&
                          wanted.size() <= rules.max;
        const bool may_change = before.empty() || rules.policy != BallotPolicy::final;
        const bool expected =
            wanted == before ||
            (wanted.empty() ? rules.policy == BallotPolicy::retractable : fits && may_change);
        RC_ASSERT(admit(rules, kOpen, before, wanted, kNow).has_value() == expected);
    }));
}
