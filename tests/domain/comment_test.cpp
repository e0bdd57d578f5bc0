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

CommentText text_of(std::string_view text) {
    return CommentText::clean(text, 100).value();
}

base::Result<CommentChange> try_post(
    const Thread& thread, const Comment* parent = nullptr, std::string_view text = "hello"
) {
    return post({
        .id = base::CommentId(parent == nullptr ? 1 : parent->id.value() + 1),
        .thread = &thread,
        .parent = parent,
        .author = {kAnn, "Ann"},
        .text = text_of(text),
        .now = kNow,
    });
}

// Ann's edit at kNow, where nothing else is said.
base::Result<CommentChange> try_edit(const Comment& comment, Edit request) {
    const Thread thread = thread_t();
    if (request.thread == nullptr) request.thread = &thread;
    if (request.editor.empty()) request.editor = kAnn;
    if (request.now == Time{}) request.now = kNow;
    request.window = 5min;
    return edit(comment, request);
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

TEST_CASE(
    "comment: a text is as long as the site allows, not empty, and cleaned once", "[domain]"
) {
    const std::string long_text(2'500, 'a');
    CHECK(CommentText::clean(long_text, 2'500)->str() == long_text);
    CHECK(CommentText::clean(long_text, 2'499).error().code == ErrorCode::invalid_text);
    CHECK(CommentText::clean(" \n ", 10).error().code == ErrorCode::invalid_text);
    CHECK(CommentText::clean(" hello \r\n", 10)->str() == "hello");
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
}

TEST_CASE("comment: its author edits it within the window", "[domain]") {
    const auto comment = in_state(CommentState::visible);
    const auto change = try_edit(comment, {.text = text_of("better"), .now = kNow + 5min}).value();
    CHECK(change.after.text == "better");
    CHECK(change.after.edited == kNow + 5min);
    CHECK(change.after.version == 2);
    CHECK(change.version_before == 1);
    CHECK(change.visible_delta == 0);
    const auto code = [&](const auto& result) { return result.error().code; };
    const auto late = try_edit(comment, {.text = text_of("x"), .now = kNow + 5min + 1ms});
    CHECK(code(late) == ErrorCode::edit_window_over);
    const auto others = try_edit(comment, {.editor = kMod, .text = text_of("x")});
    CHECK(code(others) == ErrorCode::permission_denied);
    const auto hidden = in_state(CommentState::hidden);
    CHECK(code(try_edit(hidden, {.text = text_of("x")})) == ErrorCode::invalid_state_change);
    CHECK_FALSE(try_edit(in_state(CommentState::pending), {.text = text_of("x")})->is_public);
}

TEST_CASE("comment: a report changes nothing that readers see", "[domain]") {
    const auto comment = in_state(CommentState::visible);
    const auto change = report(comment, kAnn, "spam", 3, kNow).value();
    CHECK(change.type == EventType::reported);
    CHECK(change.after.reports == 3);
    CHECK(change.after.state == CommentState::visible);
    CHECK(change.after.version == 2);
    CHECK(change.visible_delta == 0);
    CHECK_FALSE(change.is_public);
    CHECK(change.reason == "spam");
    CHECK(redacted(change.after).reports == 0);
    const auto of_hidden = report(in_state(CommentState::hidden), kAnn, "spam", 1, kNow);
    CHECK(of_hidden.error().code == ErrorCode::comment_not_found);
}

TEST_CASE("comment: a decision settles what was reported, also that it may stay", "[domain]") {
    auto comment = in_state(CommentState::visible);
    CHECK_FALSE(decide(comment, Decision::approve, kMod, "", kNow));
    comment.reports = 3;
    const auto kept = decide(comment, Decision::approve, kMod, "", kNow).value();
    CHECK(kept.after.state == CommentState::visible);
    CHECK(kept.after.reports == 0);
    CHECK(kept.visible_delta == 0);
    CHECK(decide(comment, Decision::hide, kMod, "", kNow)->after.reports == 0);
    CHECK(withdraw(comment, kAnn, kNow)->after.reports == 0);
    CHECK(try_edit(comment, {.text = text_of("better")})->after.reports == 3);
}

TEST_CASE("comment: an edit under premoderation waits for approval, as a post does", "[domain]") {
    Thread thread = thread_t();
    thread.premoderated = true;
    const Edit request{.thread = &thread, .text = text_of("what nobody has approved")};
    const auto change = try_edit(in_state(CommentState::visible), request).value();
    CHECK(change.after.state == CommentState::pending);
    CHECK(change.from == CommentState::visible);
    CHECK(change.visible_delta == -1);
    CHECK(change.is_public);  // readers lose what they saw
    CHECK(redacted(change.after).text.empty());
    const auto held = try_edit(in_state(CommentState::held), request).value();
    CHECK(held.after.state == CommentState::held);
    CHECK_FALSE(held.is_public);
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
