#include "app/event_stream.hpp"

#include <catch2/catch.hpp>

#include "base/limits.hpp"
#include "records.hpp"

namespace voxpop::app {
namespace {

using domain::CommentState;
using domain::EventType;
using test::comment;
using test::record;

constexpr auto kNow = base::Time(base::Millis(test::kNoonMs));

EventStream fresh_stream() {
    EventStream stream(EventStream::thread_format());
    stream.reset({.records = {}, .position = {"e1", 0}}, kNow);
    return stream;
}

TEST_CASE("event stream: records in order become publications with their offsets", "[app]") {
    auto stream = fresh_stream();
    CHECK(
        stream.feed(record(1, EventType::posted, comment(1, "a")), kNow) ==
        EventStream::Fed::appended
    );
    CHECK(
        stream.feed(record(2, EventType::posted, comment(2, "b")), kNow) ==
        EventStream::Fed::appended
    );
    const auto news = stream.take_fresh();
    REQUIRE(news.size() == 2);
    CHECK(news[0]->offset == 1);
    CHECK(news[1]->offset == 2);
    CHECK(news[1]->json.starts_with(R"({"data":{"type":"posted")"));
    CHECK(news[1]->json.ends_with(R"("offset":2})"));
    CHECK(stream.take_fresh().empty());
}

TEST_CASE("event stream: what is known is dropped and a gap is reported", "[app]") {
    auto stream = fresh_stream();
    (void)stream.feed(record(1, EventType::posted, comment(1, "a")), kNow);
    CHECK(
        stream.feed(record(1, EventType::posted, comment(1, "a")), kNow) == EventStream::Fed::known
    );
    CHECK(
        stream.feed(record(3, EventType::posted, comment(3, "c")), kNow) == EventStream::Fed::gap
    );
    CHECK(stream.position().offset == 1);
}

TEST_CASE("event stream: a store that stands before what it told makes it start again", "[app]") {
    auto stream = fresh_stream();
    for (const std::uint64_t offset : {1U, 2U, 3U})
        (void)stream.feed(record(offset, EventType::posted, comment(offset, "a")), kNow);
    CHECK(stream.refill({.records = {}, .position = {"e1", 3}}, kNow));
    CHECK_FALSE(stream.take_restarted());
    CHECK(stream.refill({.records = {}, .position = {"e1", 2}}, kNow));
    CHECK(stream.take_restarted());
    CHECK(
        stream.feed(record(3, EventType::posted, comment(4, "b")), kNow) ==
        EventStream::Fed::appended
    );
}

TEST_CASE(
    "event stream: an opening core is told what was pushed, not what the next tick brings", "[app]"
) {
    auto stream = fresh_stream();
    (void)stream.feed(record(1, EventType::posted, comment(1, "a")), kNow);
    (void)stream.take_fresh();
    (void)stream.feed(record(2, EventType::posted, comment(2, "b")), kNow);
    CHECK(stream.told_position().offset == 1);
    REQUIRE(stream.told_history().size() == 1);
    CHECK(stream.told_history().front()->offset == 1);
}

TEST_CASE("event stream: hiding a comment takes its text out of the history too", "[app]") {
    auto stream = fresh_stream();
    (void)stream.feed(record(1, EventType::posted, comment(7, "SECRET")), kNow);
    (void)stream.take_fresh();
    auto hidden = comment(7, "SECRET");
    hidden.state = CommentState::hidden;
    (void)stream.feed(record(2, EventType::hidden, hidden), kNow);
    const auto replaced = stream.take_replaced();
    REQUIRE(replaced.size() == 1);
    CHECK(replaced.front()->offset == 1);
    (void)stream.take_fresh();
    for (const auto& publication : stream.told_history()) {
        CHECK(publication->json.find("SECRET") == std::string::npos);
    }
}

TEST_CASE(
    "event stream: a comment hidden in the tick it was posted in never shows its text", "[app]"
) {
    auto stream = fresh_stream();
    (void)stream.feed(record(1, EventType::posted, comment(7, "SECRET")), kNow);
    auto hidden = comment(7, "SECRET");
    hidden.state = CommentState::hidden;
    (void)stream.feed(record(2, EventType::hidden, hidden), kNow);
    for (const auto& publication : stream.take_fresh()) {
        CHECK(publication->json.find("SECRET") == std::string::npos);
    }
}

TEST_CASE("event stream: moderators keep seeing the text", "[app]") {
    EventStream stream(EventStream::moderation_format());
    stream.reset({.records = {}, .position = {"e1", 0}}, kNow);
    auto hidden = comment(7, "SECRET");
    hidden.state = CommentState::hidden;
    (void)stream.feed(record(1, EventType::hidden, hidden), kNow);
    CHECK(stream.take_fresh().front()->json.find("SECRET") != std::string::npos);
}

TEST_CASE("event stream: the history is bounded and stays contiguous", "[app]") {
    auto stream = fresh_stream();
    const std::uint64_t count = base::limits::kHistoryEventsMax + 50;
    for (std::uint64_t i = 1; i <= count; ++i) {
        (void)stream.feed(record(i, EventType::posted, comment(i, "x")), kNow);
        (void)stream.take_fresh();
    }
    const auto history = stream.told_history();
    REQUIRE(history.size() == base::limits::kHistoryEventsMax);
    CHECK(history.front()->offset == 51);
    CHECK(history.back()->offset == count);
}

TEST_CASE("event stream: a page that stopped at its limit is continued by what follows", "[app]") {
    EventStream stream(EventStream::thread_format());
    stream.reset(
        {.records = {record(5, EventType::posted, comment(5, "e"))}, .position = {"e1", 9}}, kNow
    );
    CHECK(stream.position().offset == 5);
    CHECK(
        stream.feed(record(6, EventType::posted, comment(6, "f")), kNow) ==
        EventStream::Fed::appended
    );
}

}  // namespace
}  // namespace voxpop::app
