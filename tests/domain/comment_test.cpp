#include "domain/comment.hpp"

#include <catch2/catch.hpp>

using namespace voxpop;
using namespace voxpop::domain;
using namespace std::chrono_literals;
using base::ErrorCode;

namespace {

const Time kNow = base::from_millis(1'700'000'000'000);
const auto kAnn = *base::UserId::from("ann");
const auto kMod = *base::UserId::from("mod");

Thread thread_t() {
    return {.id = *base::ThreadId::from("t")};
}

base::Result<CommentChange> try_post(
    const Thread& thread, const Comment* parent = nullptr, std::string text = "hello"
) {
    return post({
        .id = base::CommentId(parent == nullptr ? 1 : parent->id.value() + 1),
        .thread = &thread,
        .parent = parent,
        .author = {kAnn, "Ann"},
        .text = std::move(text),
        .now = kNow,
    });
}

Comment in_state(CommentState state) {
    Comment comment = try_post(thread_t())->after;
    comment.state = state;
    return comment;
}

}  // namespace

TEST_CASE("comment: a post is visible, counted and public", "[domain]") {
    const auto change = try_post(thread_t(), nullptr, "  hello \r\n").value();
    CHECK(change.type == EventType::posted);
    CHECK(change.version_before == 0);
    CHECK(change.visible_delta == 1);
    CHECK(change.is_public);
    CHECK(change.actor == kAnn);
    CHECK(change.after.text == "hello");
    CHECK(change.after.root == change.after.id);
    CHECK(change.after.parent.empty());
    CHECK(change.after.version == 1);
}

TEST_CASE("comment: a reply of a reply has the same root", "[domain]") {
    const auto root = try_post(thread_t())->after;
    const auto reply = try_post(thread_t(), &root)->after;
    const auto below = try_post(thread_t(), &reply)->after;
    CHECK(reply.parent == root.id);
    CHECK(reply.root == root.id);
    CHECK(below.parent == reply.id);
    CHECK(below.root == root.id);
}

TEST_CASE("comment: where comments are approved first, only moderators hear of a post") {
    Thread thread = thread_t();
    thread.premoderated = true;
    const auto change = try_post(thread).value();
    CHECK(change.after.state == CommentState::pending);
    CHECK_FALSE(change.is_public);
    CHECK(change.visible_delta == 0);
}

TEST_CASE("comment: nothing is posted to a closed thread, a parent that is gone, or empty") {
    Thread closed = thread_t();
    closed.state = ThreadState::closed;
    CHECK(try_post(closed).error().code == ErrorCode::thread_closed);
    const auto hidden = in_state(CommentState::hidden);
    CHECK(try_post(thread_t(), &hidden).error().code == ErrorCode::comment_not_found);
    auto elsewhere = in_state(CommentState::visible);
    elsewhere.thread = *base::ThreadId::from("other");
    CHECK(try_post(thread_t(), &elsewhere).error().code == ErrorCode::comment_not_found);
    CHECK(try_post(thread_t(), nullptr, " \n ").error().code == ErrorCode::invalid_text);
}

TEST_CASE("comment: its author edits it within the window", "[domain]") {
    const auto comment = in_state(CommentState::visible);
    const auto change = edit(comment, kAnn, "better", kNow + 5min, 5min).value();
    CHECK(change.after.text == "better");
    CHECK(change.after.edited == kNow + 5min);
    CHECK(change.after.version == 2);
    CHECK(change.version_before == 1);
    CHECK(change.visible_delta == 0);
    const auto code = [&](const auto& result) { return result.error().code; };
    CHECK(code(edit(comment, kAnn, "x", kNow + 5min + 1ms, 5min)) == ErrorCode::edit_window_over);
    CHECK(code(edit(comment, kMod, "x", kNow, 5min)) == ErrorCode::permission_denied);
    CHECK(code(edit(comment, kAnn, "", kNow, 5min)) == ErrorCode::invalid_text);
    const auto hidden = in_state(CommentState::hidden);
    CHECK(code(edit(hidden, kAnn, "x", kNow, 5min)) == ErrorCode::invalid_state_change);
    CHECK_FALSE(edit(in_state(CommentState::pending), kAnn, "x", kNow, 5min)->is_public);
}

TEST_CASE("comment: its author takes it back, and the text is gone", "[domain]") {
    const auto change = withdraw(in_state(CommentState::visible), kAnn, kNow).value();
    CHECK(change.after.state == CommentState::deleted);
    CHECK(change.after.text.empty());
    CHECK(change.visible_delta == -1);
    CHECK(change.is_public);
    CHECK(
        withdraw(in_state(CommentState::visible), kMod, kNow).error().code ==
        ErrorCode::permission_denied
    );
    CHECK(
        withdraw(in_state(CommentState::deleted), kAnn, kNow).error().code ==
        ErrorCode::invalid_state_change
    );
    const auto of_hidden = withdraw(in_state(CommentState::hidden), kAnn, kNow).value();
    CHECK(of_hidden.visible_delta == 0);
    CHECK_FALSE(of_hidden.is_public);
}

TEST_CASE("comment: every decision in every state", "[domain]") {
    using enum CommentState;
    struct Row {
        Decision decision;
        CommentState to;
        std::vector<CommentState> from;
    };
    const std::vector<Row> rows{
        {Decision::hide, hidden, {visible, pending, held}},
        {Decision::restore, visible, {hidden, rejected}},
        {Decision::remove, rejected, {pending, visible, held, hidden}},
        {Decision::approve, visible, {pending, held}},
    };
    for (const auto& row : rows) {
        for (const auto from : {pending, visible, held, hidden, rejected, deleted}) {
            const bool allowed = std::ranges::find(row.from, from) != row.from.end();
            const auto change = decide(in_state(from), row.decision, kMod, "why", kNow);
            INFO(to_string(from) << " to " << to_string(row.to));
            REQUIRE(change.has_value() == allowed);
            if (!allowed) {
                CHECK(change.error().code == ErrorCode::invalid_state_change);
                continue;
            }
            CHECK(change->after.state == row.to);
            CHECK(change->from == from);
            CHECK(change->reason == "why");
            CHECK(change->actor == kMod);
            CHECK(change->after.version == 2);
            CHECK(change->visible_delta == (row.to == visible) - (from == visible));
            CHECK(change->is_public == (row.to == visible || from == visible));
        }
    }
}

TEST_CASE("comment: what is not visible keeps its place, but not its text or author", "[domain]") {
    const auto visible = in_state(CommentState::visible);
    CHECK(redacted(visible) == visible);
    for (const auto state :
         {CommentState::pending, CommentState::held, CommentState::hidden, CommentState::rejected,
          CommentState::deleted}) {
        const auto seen = redacted(in_state(state));
        CHECK(seen.id == visible.id);
        CHECK(seen.root == visible.root);
        CHECK(seen.text.empty());
        CHECK(seen.author == Author{});
    }
}

TEST_CASE("comment: names go both ways", "[domain]") {
    CHECK(parse_comment_state(to_string(CommentState::held)) == CommentState::held);
    CHECK(parse_event_type(to_string(EventType::approved)) == EventType::approved);
    CHECK(parse_decision("restore") == Decision::restore);
    CHECK_FALSE(parse_comment_state("Visible"));
    CHECK_FALSE(parse_decision(""));
}
