// The contract of a store: threads and polls.
#include <catch2/catch.hpp>

#include "tests/store/contract/bench.hpp"

using namespace voxpop::store::contract;
namespace base = voxpop::base;
using namespace std::chrono_literals;
namespace limits = voxpop::base::limits;

TEST_CASE("store: a thread is created once and read back whole", "[contract]") {
    Bench bench;
    const Thread made{
        .id = thread_id("news/1204"),
        .title = "제목 'one'",
        .url = "https://example.org/a?b=c",
        .state = ThreadState::closed,
        .premoderated = true,
        .created = kNow,
    };
    CHECK(bench.must<Stored>(PutThread{.thread = made}).version == 1);
    CHECK(bench.thread(made.id)->thread == made);
    CHECK(bench.refusal_of(PutThread{.thread = made}) == ErrorCode::already_exists);
    const auto heard = only<ThreadChanged>(bench.recorder().changes());
    REQUIRE(heard.size() == 1);
    CHECK(heard.front().thread == made);
}

TEST_CASE("store: a thread is replaced only by who knows its version", "[contract]") {
    Bench bench;
    Thread made{.id = thread_id("t"), .created = kNow};
    CHECK(
        bench.refusal_of(PutThread{.thread = made, .version_before = 1}) ==
        ErrorCode::version_conflict
    );
    bench.must<Stored>(PutThread{.thread = made});
    made.title = "new";
    CHECK(bench.must<Stored>(PutThread{.thread = made, .version_before = 1}).version == 2);
    CHECK(
        bench.refusal_of(PutThread{.thread = made, .version_before = 1}) ==
        ErrorCode::version_conflict
    );
    CHECK(bench.thread(made.id)->thread.title == "new");
    CHECK(bench.thread(made.id)->thread.version == 2);
    CHECK(bench.thread(thread_id("none")).error().code == ErrorCode::thread_not_found);
}

TEST_CASE("store: a poll is read back whole, and its thread lists it, oldest first", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    Poll poll{
        .id = poll_id("z-first"),
        .thread = thread_id("t"),
        .question = "질문?",
        .options = {{id<base::OptionId>("yes"), "네"}, {id<base::OptionId>("no"), "아니요"}},
        .min = 1,
        .max = 2,
        .policy = BallotPolicy::changeable,
        .results = ResultsPolicy::after_vote,
        .state = PollState::scheduled,
        .opens_at = kNow + 1min,
        .closes_at = kNow + 2min,
        .created = kNow,
    };
    bench.must<Stored>(PutPoll{.poll = poll});
    CHECK(bench.poll(poll.id)->poll == poll);
    bench.make_poll("a-second");
    const auto view = bench.thread(thread_id("t")).value();
    REQUIRE(view.polls.size() == 2);
    CHECK(view.polls[0].poll == poll);
    CHECK(view.polls[1].poll.id == poll_id("a-second"));
    CHECK(bench.poll(poll_id("none")).error().code == ErrorCode::poll_not_found);
}

TEST_CASE("store: a poll needs its thread, and a free id or the right version", "[contract]") {
    Bench bench;
    Poll poll{.id = poll_id("p"), .thread = thread_id("t"), .created = kNow};
    CHECK(bench.refusal_of(PutPoll{.poll = poll}) == ErrorCode::thread_not_found);
    poll = bench.make_poll("p");
    CHECK(bench.refusal_of(PutPoll{.poll = poll}) == ErrorCode::already_exists);
    CHECK(
        bench.refusal_of(PutPoll{.poll = poll, .version_before = 2}) == ErrorCode::version_conflict
    );
    poll.id = poll_id("q");
    CHECK(
        bench.refusal_of(PutPoll{.poll = poll, .version_before = 1}) == ErrorCode::version_conflict
    );
}

TEST_CASE("store: a poll stays in its thread, and its rounds go forward", "[contract]") {
    Bench bench;
    Poll poll = bench.make_poll("p");
    bench.make_thread("other");
    Poll moved = poll;
    moved.thread = thread_id("other");
    CHECK(bench.refusal_of(PutPoll{.poll = moved, .version_before = 1}) == ErrorCode::bad_request);
    poll.round = 2;
    bench.must<Stored>(PutPoll{.poll = poll, .version_before = 1});
    poll.round = 1;
    CHECK(bench.refusal_of(PutPoll{.poll = poll, .version_before = 2}) == ErrorCode::bad_request);
}

TEST_CASE("store: options and rules lock with the first ballot", "[contract]") {
    Bench bench;
    const Poll poll = bench.make_poll("p");
    Poll wider = poll;
    wider.options.push_back({id<base::OptionId>("d"), "D"});
    bench.must<Stored>(PutPoll{.poll = wider, .version_before = 1});
    REQUIRE(bench.choose(poll.box(), "ann", 1));

    const auto refused = [&](auto&& change) {
        Poll changed = wider;
        change(changed);
        return bench.refusal_of(PutPoll{.poll = changed, .version_before = 2}) ==
               ErrorCode::options_locked;
    };
    CHECK(refused([](Poll& p) { p.options.pop_back(); }));
    CHECK(refused([](Poll& p) { p.options[0].label = "Z"; }));
    CHECK(refused([](Poll& p) { p.max = 2; }));
    CHECK(refused([](Poll& p) { p.policy = BallotPolicy::final; }));

    Poll renamed = wider;
    renamed.question = "Which one, really?";
    CHECK(bench.write(PutPoll{.poll = renamed, .version_before = 2}));
    REQUIRE(bench.choose(poll.box(), "ann", 0));
    CHECK(bench.write(PutPoll{.poll = poll, .version_before = 3}));
}

TEST_CASE("store: a new definition moves the tally's version by one", "[contract]") {
    Bench bench;
    Poll poll = bench.make_poll("p");
    const auto first = bench.poll(poll.id)->tally;
    REQUIRE(bench.choose(poll.box(), "ann", 1));
    poll.state = PollState::closed;
    bench.must<Stored>(PutPoll{.poll = poll, .version_before = 1});
    const auto after = bench.poll(poll.id)->tally;
    CHECK(after.version == first.version + 2);
    CHECK(after.voters == 1);
    const auto heard = only<PollChanged>(bench.recorder().changes());
    REQUIRE(heard.size() == 2);
    CHECK(heard.back().tally == after);
    CHECK(heard.back().poll.state == PollState::closed);
}

TEST_CASE("store: a new round begins with an empty box and a higher version", "[contract]") {
    Bench bench;
    Poll poll = bench.make_poll("p");
    const auto old_box = poll.box();
    REQUIRE(bench.choose(old_box, "ann", 1));
    const auto before = bench.poll(poll.id)->tally;
    poll.round = 2;
    bench.must<Stored>(PutPoll{.poll = poll, .version_before = 1});
    const auto after = bench.poll(poll.id)->tally;
    CHECK(after.voters == 0);
    CHECK(after.version > before.version);
    CHECK(
        bench.ballots(user("ann"), {old_box, poll.box()}) == std::vector{OptionSet(1), OptionSet()}
    );
    CHECK(bench.choose(old_box, "bob", 1).error().code == ErrorCode::poll_closed);
    CHECK(bench.choose(poll.box(), "bob", 1));
}

TEST_CASE("store: a thread holds a limited number of polls", "[contract]") {
    Bench bench;
    for (std::size_t i = 0; i < limits::kPollsPerThreadMax; ++i) {
        bench.make_poll("p" + std::to_string(i));
    }
    Poll poll = bench.poll(poll_id("p0"))->poll;
    poll.id = poll_id("one-more");
    CHECK(bench.refusal_of(PutPoll{.poll = poll}) == ErrorCode::limit_exceeded);
    poll.id = poll_id("p0");
    CHECK(bench.write(PutPoll{.poll = poll, .version_before = 1}));
}

TEST_CASE("store: polls that time will move are known", "[contract]") {
    Bench bench;
    const auto put = [&](std::string_view name, PollState state, bool opens, bool closes) {
        Poll poll = bench.make_poll(name);
        poll.state = state;
        if (opens) poll.opens_at = kNow;
        if (closes) poll.closes_at = kNow + 1min;
        bench.must<Stored>(PutPoll{.poll = poll, .version_before = 1});
    };
    put("opening", PollState::scheduled, true, false);
    put("closing", PollState::open, false, true);
    put("paused", PollState::paused, true, true);
    put("draft", PollState::draft, true, true);
    put("endless", PollState::open, true, false);
    put("over", PollState::closed, true, true);
    std::vector<std::string> names;
    for (const auto& poll : bench.timed_polls()) names.push_back(poll.id.str());
    std::ranges::sort(names);
    CHECK(names == std::vector<std::string>{"closing", "opening", "paused"});
}
