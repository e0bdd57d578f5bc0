// The contract of a store: appending to the log, comments, and counts.
#include <catch2/catch.hpp>

#include "tests/store/contract/bench.hpp"

using namespace voxpop::store::contract;
namespace base = voxpop::base;

TEST_CASE("store: a posted comment is there, counted, and has an offset", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    const auto appended = bench.must<Appended>(Append{.change = bench.posted(1)});
    CHECK(appended.offset == 1);
    CHECK(appended.version == 1);
    CHECK(appended.state == CommentState::visible);
    CHECK_FALSE(appended.repeated);
    CHECK(bench.comment(appended.comment) == bench.posted(1).after);
    CHECK(bench.counts({thread_id("t")}).front().comments == 1);
}

TEST_CASE("store: state and count change together", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    const auto first = bench.post(1);
    bench.post(2, first);
    CHECK(bench.counts({thread_id("t")}).front().comments == 2);
    REQUIRE(bench.decide(first, Decision::hide));
    CHECK(bench.counts({thread_id("t")}).front().comments == 1);
    REQUIRE(bench.decide(first, Decision::restore));
    CHECK(bench.counts({thread_id("t")}).front().comments == 2);
    const auto heard = only<LogAppended>(bench.recorder().changes());
    REQUIRE(heard.size() == 4);
    CHECK(heard[1].counts.comments == 2);
    CHECK(heard[2].counts.comments == 1);
    CHECK(heard[3].counts.comments == 2);
}

TEST_CASE("store: a root counts its visible replies, direct and indirect", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    const auto root = bench.post(1);
    const auto reply = bench.post(2, root);
    bench.post(3, reply);
    CHECK(bench.comment(root)->replies == 2);
    CHECK(bench.comment(reply)->replies == 0);
    REQUIRE(bench.decide(reply, Decision::hide));
    CHECK(bench.comment(root)->replies == 1);
    CHECK(bench.comment(root)->version == 1);
}

TEST_CASE("store: a change of a root keeps the count of its replies", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    const auto root = bench.post(1);
    const auto before_the_reply = bench.comment(root).value();
    bench.post(2, root);
    // Decided before the reply came: the version is the same, the number of replies is not.
    bench.must<Appended>(Append{.change = Bench::edited(before_the_reply, "better")});
    CHECK(bench.comment(root)->replies == 1);
    CHECK(bench.comment(root)->text == "better");
}

TEST_CASE("store: an edit that races a moderator's decision loses", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    const auto comment = bench.post(1);
    const auto edited = Bench::edited(bench.comment(comment).value(), "changed");
    REQUIRE(bench.decide(comment, Decision::hide));
    const auto events = bench.site_log().records.size();
    CHECK(bench.refusal_of(Append{.change = edited}) == ErrorCode::version_conflict);
    CHECK(bench.comment(comment)->text == "text 1");
    CHECK(bench.comment(comment)->state == CommentState::hidden);
    CHECK(bench.site_log().records.size() == events);
}

TEST_CASE("store: an id is posted once, and what is not there is not changed", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    bench.post(1);
    CHECK(bench.refusal_of(Append{.change = bench.posted(1)}) == ErrorCode::version_conflict);
    auto change = bench.posted(2);
    change.version_before = 1;
    CHECK(bench.refusal_of(Append{.change = change}) == ErrorCode::version_conflict);
    CHECK(bench.counts({thread_id("t")}).front().comments == 1);
}

TEST_CASE("store: a comment needs its thread, and a reply its root", "[contract]") {
    Bench bench;
    CHECK(bench.refusal_of(Append{.change = bench.posted(1)}) == ErrorCode::thread_not_found);
    bench.make_thread("t");
    auto change = bench.posted(2);
    change.after.parent = change.after.root = base::CommentId(1);
    CHECK(bench.refusal_of(Append{.change = change}) == ErrorCode::comment_not_found);
    CHECK(bench.site_log().records.empty());
    CHECK(bench.comment(base::CommentId(2)).error().code == ErrorCode::comment_not_found);
}

TEST_CASE("store: what only moderators see gets no public offset", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    auto pending = bench.posted(1);
    pending.after.state = CommentState::pending;
    pending.is_public = false;
    pending.visible_delta = 0;
    CHECK(bench.must<Appended>(Append{.change = pending}).offset == 0);
    CHECK(bench.counts({thread_id("t")}).front().comments == 0);
    CHECK(bench.thread_log(thread_id("t")).records.empty());
    CHECK(bench.site_log().records.size() == 1);
    REQUIRE(bench.decide(base::CommentId(1), Decision::approve));
    CHECK(bench.thread_log(thread_id("t")).records.size() == 1);
    CHECK(bench.thread_log(thread_id("t")).records.front().offset == 1);
    CHECK(bench.counts({thread_id("t")}).front().comments == 1);
}

TEST_CASE("store: a withdrawn comment's text never comes back, not from the log either") {
    Bench bench;
    bench.make_thread("t");
    const auto comment = bench.post(1);
    const auto change = withdraw(bench.comment(comment).value(), user("ann"), kNow);
    bench.must<Appended>(Append{.change = *change});
    CHECK(bench.comment(comment)->text.empty());
    for (const auto& record : bench.thread_log(thread_id("t")).records) {
        CHECK(record.comment.text.empty());
        CHECK(record.comment.state == CommentState::deleted);
    }
    CHECK(bench.site_log().records.front().comment.text.empty());
}

TEST_CASE("store: text of any bytes that are valid comes back as it was", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    auto change = bench.posted(1);
    change.after.text = "한글 'quoted' \"double\" \\ \n👩‍👩‍👧 %s ; --";
    change.after.author.name = "O'Neil; DROP";
    change.reason = "because of 이유";
    bench.must<Appended>(Append{.change = change});
    CHECK(bench.comment(base::CommentId(1)) == change.after);
    CHECK(bench.site_log().records.front().reason == change.reason);
}
