// The contract of a store: ballots and tallies.
#include <catch2/catch.hpp>

#include "tests/store/contract/bench.hpp"

using namespace voxpop::store::contract;
using namespace std::chrono_literals;

TEST_CASE("store: a first ballot is counted, and the outcome brings the tally", "[contract]") {
    Bench bench;
    const Poll poll = bench.make_poll("p");
    const auto opened = bench.poll(poll.id)->tally.version;
    const auto chosen = std::get<Chosen>(bench.choose(poll.box(), "ann", 0b001).value());
    CHECK(chosen.before.empty());
    CHECK(chosen.after == OptionSet(0b001));
    CHECK(chosen.tally.voters == 1);
    CHECK(chosen.tally.counts[0] == 1);
    CHECK(chosen.tally.version == opened + 1);
    CHECK(bench.poll(poll.id)->tally == chosen.tally);
}

TEST_CASE("store: a second ballot of the same voter replaces the first", "[contract]") {
    Bench bench;
    const Poll poll = bench.make_poll("p");
    (void)bench.choose(poll.box(), "ann", 0b001);
    const auto chosen = std::get<Chosen>(bench.choose(poll.box(), "ann", 0b010).value());
    CHECK(chosen.before == OptionSet(0b001));
    CHECK(chosen.tally.voters == 1);
    CHECK(chosen.tally.counts[0] == 0);
    CHECK(chosen.tally.counts[1] == 1);
    CHECK(bench.ballots(user("ann"), {poll.box()}) == std::vector{OptionSet(0b010)});
}

TEST_CASE("store: choosing the same again changes nothing and nobody hears of it", "[contract]") {
    Bench bench;
    const Poll poll = bench.make_poll("p");
    const auto first = std::get<Chosen>(bench.choose(poll.box(), "ann", 0b001).value());
    const auto changes = bench.recorder().changes().size();
    const auto second = std::get<Chosen>(bench.choose(poll.box(), "ann", 0b001).value());
    CHECK(second.tally == first.tally);
    CHECK(bench.recorder().changes().size() == changes);
}

TEST_CASE("store: an empty choice withdraws the ballot", "[contract]") {
    Bench bench;
    const Poll poll = bench.make_poll("p");
    (void)bench.choose(poll.box(), "ann", 0b001);
    const auto chosen = std::get<Chosen>(bench.choose(poll.box(), "ann", 0).value());
    CHECK(chosen.tally.voters == 0);
    CHECK(chosen.tally.counts[0] == 0);
    CHECK(bench.ballots(user("ann"), {poll.box()}) == std::vector{OptionSet()});
}

TEST_CASE("store: the poll's rules are applied to the ballot that is held", "[contract]") {
    Bench bench;
    Poll poll = bench.make_poll("p");
    poll.policy = BallotPolicy::final;
    bench.must<Stored>(PutPoll{.poll = poll, .version_before = 1});
    REQUIRE(bench.choose(poll.box(), "ann", 0b001));
    CHECK(bench.choose(poll.box(), "ann", 0b010).error().code == ErrorCode::ballot_final);
    CHECK(bench.choose(poll.box(), "bob", 0b011).error().code == ErrorCode::invalid_choice);
    CHECK(bench.choose(poll.box(), "bob", 0b1000).error().code == ErrorCode::invalid_choice);
    CHECK(bench.poll(poll.id)->tally.voters == 1);
}

TEST_CASE("store: the receipt time decides, up to and including closes_at", "[contract]") {
    Bench bench;
    Poll poll = bench.make_poll("p");
    poll.closes_at = kNow;
    bench.must<Stored>(PutPoll{.poll = poll, .version_before = 1});
    Choose ballot{
        .box = poll.box(), .thread = poll.thread, .voter = user("ann"), .options = OptionSet(1)
    };
    ballot.at = kNow;
    CHECK(bench.write(ballot));
    ballot.voter = user("bob");
    ballot.at = kNow + 1ms;
    CHECK(bench.refusal_of(ballot) == ErrorCode::poll_closed);
}

TEST_CASE("store: ballots need a poll, its current round, and the poll open", "[contract]") {
    Bench bench;
    CHECK(
        bench.choose(BoxId::poll(poll_id("none"), 1), "ann", 1).error().code ==
        ErrorCode::poll_not_found
    );
    Poll poll = bench.make_poll("p");
    CHECK(bench.choose(BoxId::poll(poll.id, 2), "ann", 1).error().code == ErrorCode::poll_closed);
    poll.state = PollState::paused;
    bench.must<Stored>(PutPoll{.poll = poll, .version_before = 1});
    CHECK(bench.choose(poll.box(), "ann", 1).error().code == ErrorCode::poll_not_open);
    poll.state = PollState::closed;
    bench.must<Stored>(PutPoll{.poll = poll, .version_before = 2});
    CHECK(bench.choose(poll.box(), "ann", 1).error().code == ErrorCode::poll_closed);
}

TEST_CASE("store: saves are counted by thread, each voter once", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    const auto box = BoxId::save(thread_id("t"));
    REQUIRE(bench.choose(box, "ann", 1));
    REQUIRE(bench.choose(box, "ann", 1));
    REQUIRE(bench.choose(box, "bob", 1));
    CHECK(bench.counts({thread_id("t")}).front().saves == 2);
    REQUIRE(bench.choose(box, "ann", 0));
    CHECK(bench.counts({thread_id("t")}).front().saves == 1);
    CHECK(bench.thread(thread_id("t"))->counts.saves == 1);
}

TEST_CASE("store: likes and dislikes come with the comment", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    const auto comment = bench.post(1);
    REQUIRE(bench.choose(BoxId::reaction(comment), "ann", 0b01));
    REQUIRE(bench.choose(BoxId::reaction(comment), "bob", 0b10));
    REQUIRE(bench.choose(BoxId::reaction(comment), "cid", 0b10));
    CHECK(
        bench.choose(BoxId::reaction(comment), "dan", 0b11).error().code ==
        ErrorCode::invalid_choice
    );
    CHECK(bench.comment(comment)->likes == 1);
    CHECK(bench.comment(comment)->dislikes == 2);
    CHECK(bench.comments({.thread = thread_id("t")})->comments.front().dislikes == 2);
    CHECK(bench.thread_log(thread_id("t")).records.front().comment.likes == 1);
}

TEST_CASE("store: a report may name several reasons", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    const auto comment = bench.post(1);
    const auto chosen =
        std::get<Chosen>(bench.choose(BoxId::report(comment), "ann", 0b10100).value());
    CHECK(chosen.tally.voters == 1);
    CHECK(chosen.tally.counts[2] == 1);
    CHECK(chosen.tally.counts[4] == 1);
}

TEST_CASE("store: ballots are answered in the order of the boxes, empty where there is none") {
    Bench bench;
    const Poll one = bench.make_poll("one");
    const Poll two = bench.make_poll("two");
    (void)bench.choose(two.box(), "ann", 0b100);
    CHECK(
        bench.ballots(user("ann"), {one.box(), two.box(), BoxId::save(thread_id("none"))}) ==
        std::vector{OptionSet(), OptionSet(0b100), OptionSet()}
    );
    CHECK(bench.ballots(user("bob"), {two.box()}) == std::vector{OptionSet()});
}
