// The contract of a store: a client that lost the reply repeats the command and gets the first
// answer.
#include <catch2/catch.hpp>

#include "tests/store/contract/bench.hpp"

using namespace voxpop::store::contract;
namespace base = voxpop::base;
using namespace std::chrono_literals;
namespace limits = voxpop::base::limits;

namespace {

Choose ballot(const Poll& poll, std::uint64_t options, Idempotency idempotency) {
    return {
        .box = poll.box(),
        .thread = poll.thread,
        .voter = user("ann"),
        .options = OptionSet(options),
        .at = kNow,
        .idempotency = idempotency,
    };
}

}  // namespace

TEST_CASE("store: a repeated post is one comment, with the first answer", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    const auto first =
        bench.must<Appended>(Append{.change = bench.posted(1), .idempotency = key("ann", "k")});
    CHECK_FALSE(first.repeated);
    bench.post(2);
    // The repetition brings another id: the server makes ids, the client does not know them.
    const auto second =
        bench.must<Appended>(Append{.change = bench.posted(3), .idempotency = key("ann", "k")});
    CHECK(second.repeated);
    CHECK(second.comment == first.comment);
    CHECK(second.offset == first.offset);
    CHECK(bench.counts({thread_id("t")}).front().comments == 2);
    CHECK(bench.comment(base::CommentId(3)).error().code == ErrorCode::comment_not_found);
}

TEST_CASE(
    "store: what is refused now is answered as the first time, if there was one", "[contract]"
) {
    Bench bench;
    bench.make_thread("t");
    const Recall closed{
        .thread = thread_id("t"),
        .idempotency = key("ann", "k"),
        .at = kNow,
        .refusal = {ErrorCode::thread_closed, {}},
    };
    CHECK(bench.refusal_of(closed) == ErrorCode::thread_closed);
    const auto first =
        bench.must<Appended>(Append{.change = bench.posted(1), .idempotency = key("ann", "k")});
    const auto events = bench.site_log().records.size();
    const auto again = bench.must<Appended>(closed);
    CHECK(again.repeated);
    CHECK(again.comment == first.comment);
    CHECK(again.offset == first.offset);
    CHECK(again.state == first.state);
    CHECK(again.version == first.version);
    CHECK(bench.site_log().records.size() == events);

    auto other = closed;
    other.idempotency = key("ann", "k", 2);
    CHECK(bench.refusal_of(other) == ErrorCode::key_reused);
    other.idempotency = key("bob", "k");
    CHECK(bench.refusal_of(other) == ErrorCode::thread_closed);
    other = closed;
    other.at = kNow + limits::kIdempotencyTtl + std::chrono::hours(1);
    CHECK(bench.refusal_of(other) == ErrorCode::thread_closed);
}

TEST_CASE("store: a repeated ballot gets the first before and after", "[contract]") {
    Bench bench;
    const Poll poll = bench.make_poll("p");
    const auto first = bench.must<Chosen>(ballot(poll, 0b001, key("ann", "k")));
    CHECK_FALSE(first.repeated);
    bench.must<Chosen>(ballot(poll, 0b010, {}));
    const auto again = bench.must<Chosen>(ballot(poll, 0b001, key("ann", "k")));
    CHECK(again.repeated);
    CHECK(again.before == first.before);
    CHECK(again.after == first.after);
    CHECK(again.tally == bench.poll(poll.id)->tally);
    CHECK(bench.ballots(user("ann"), {poll.box()}) == std::vector{OptionSet(0b010)});
}

TEST_CASE("store: a repetition gets its answer although the poll has closed since", "[contract]") {
    Bench bench;
    Poll poll = bench.make_poll("p");
    bench.must<Chosen>(ballot(poll, 0b001, key("ann", "k")));
    poll.state = PollState::closed;
    bench.must<Stored>(PutPoll{.poll = poll, .version_before = 1});
    CHECK(bench.write(ballot(poll, 0b001, key("ann", "k"))));
    CHECK(bench.refusal_of(ballot(poll, 0b001, key("ann", "k2"))) == ErrorCode::poll_closed);
}

TEST_CASE("store: a key belongs to one command of one user", "[contract]") {
    Bench bench;
    const Poll poll = bench.make_poll("p");
    bench.must<Chosen>(ballot(poll, 0b001, key("ann", "k", 1)));
    CHECK(bench.refusal_of(ballot(poll, 0b010, key("ann", "k", 2))) == ErrorCode::key_reused);
    CHECK(
        bench.refusal_of(Append{.change = bench.posted(1), .idempotency = key("ann", "k", 3)}) ==
        ErrorCode::key_reused
    );
    CHECK(bench.write(Append{.change = bench.posted(1), .idempotency = key("bob", "k", 3)}));
    CHECK(bench.ballots(user("ann"), {poll.box()}) == std::vector{OptionSet(0b001)});
}

TEST_CASE("store: a failed command does not use its key up", "[contract]") {
    Bench bench;
    const Poll poll = bench.make_poll("p");
    CHECK(bench.refusal_of(ballot(poll, 0b1000, key("ann", "k", 1))) == ErrorCode::invalid_choice);
    CHECK(bench.write(ballot(poll, 0b001, key("ann", "k", 2))));
}

TEST_CASE("store: a repetition within the same group counts once", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    const auto serials = bench.submit({
        Append{.change = bench.posted(1), .idempotency = key("ann", "k")},
        Append{.change = bench.posted(2), .idempotency = key("ann", "k")},
    });
    const auto second = std::get<Appended>(bench.recorder().wait_for(serials[1]).value());
    CHECK(second.repeated);
    CHECK(second.comment == base::CommentId(1));
    CHECK(bench.counts({thread_id("t")}).front().comments == 1);
}

TEST_CASE("store: keys outlive a restart", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    bench.must<Appended>(Append{.change = bench.posted(1), .idempotency = key("ann", "k")});
    bench.reopen();
    const auto again =
        bench.must<Appended>(Append{.change = bench.posted(2), .idempotency = key("ann", "k")});
    CHECK(again.repeated);
    CHECK(again.comment == base::CommentId(1));
}

TEST_CASE("store: a key is kept for its time, then free again", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    auto change = bench.posted(1);
    change.at = kNow;
    bench.must<Appended>(Append{.change = change, .idempotency = key("ann", "k")});
    change = bench.posted(2);
    change.at = kNow + limits::kIdempotencyTtl;
    CHECK(bench.must<Appended>(Append{.change = change, .idempotency = key("ann", "k")}).repeated);
    change.at += 1ms;
    CHECK_FALSE(
        bench.must<Appended>(Append{.change = change, .idempotency = key("ann", "k", 2)}).repeated
    );
}

TEST_CASE("store: without a key every command counts", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    bench.must<Appended>(Append{.change = bench.posted(1)});
    bench.must<Appended>(Append{.change = bench.posted(2)});
    CHECK(bench.counts({thread_id("t")}).front().comments == 2);
}
