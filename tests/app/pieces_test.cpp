// Small parts of the application layer: directories, parameters, ids, names, ETags.
#include <catch2/catch.hpp>

#include "app/channel_name.hpp"
#include "app/comment_ids.hpp"
#include "app/directory.hpp"
#include "app/http/responses.hpp"
#include "app/rpc/methods.hpp"
#include "app/rpc/params.hpp"
#include "records.hpp"

namespace voxpop::app {
namespace {

using Polls = Directory<base::PollId, domain::Poll>;

struct Shelf {
    std::vector<std::move_only_function<void(base::Result<domain::Poll>)>> reading;
    Polls polls{[this](const base::PollId&, auto then) { reading.push_back(std::move(then)); }};
    base::PollId id = *base::PollId::from("p");
};

TEST_CASE("directory: many who ask share one reading", "[app]") {
    Shelf shelf;
    int answered = 0;
    for (int i = 0; i < 5; ++i)
        shelf.polls.find(shelf.id, [&](auto poll) { answered += poll ? 1 : 0; });
    REQUIRE(shelf.reading.size() == 1);
    shelf.reading.front()(test::pro_con_poll());
    CHECK(answered == 5);
    CHECK(shelf.polls.peek(shelf.id));
}

TEST_CASE("directory: a change that comes while reading wins over the older reading", "[app]") {
    Shelf shelf;
    shelf.polls.find(shelf.id, [](auto) {});
    auto newer = test::pro_con_poll();
    newer.version = 2;
    newer.state = domain::PollState::closed;
    shelf.polls.update(shelf.id, newer);
    shelf.reading.front()(test::pro_con_poll());
    CHECK(shelf.polls.peek(shelf.id)->state == domain::PollState::closed);
}

TEST_CASE("directory: a failed reading is told to all and not remembered", "[app]") {
    Shelf shelf;
    int refused = 0;
    shelf.polls.find(shelf.id, [&](auto poll) { refused += poll ? 0 : 1; });
    shelf.reading.front()(base::fail(base::ErrorCode::poll_not_found));
    CHECK(refused == 1);
    shelf.polls.find(shelf.id, [](auto) {});
    CHECK(shelf.reading.size() == 2);
}

TEST_CASE("api: what ails the store is not the client's business", "[app]") {
    const auto response = error_response(
        {base::ErrorCode::store_unavailable, "10.0.0.5:6379: cannot connect: Connection refused"}
    );
    CHECK(response.status == 503);
    CHECK(response.body.find("the store is away for the moment; try again") != std::string::npos);
    CHECK(response.body.find("10.0.0.5") == std::string::npos);
}

TEST_CASE("params: errors name the field and what it should be", "[app]") {
    ParamsParser parser;
    const auto params = parser.parse(R"({"poll":7,"options":["a",1],"on":"yes"})");
    REQUIRE(params);
    CHECK(params->id<base::PollId>("poll").error().detail == "`poll` must be a string");
    CHECK(params->texts("options").error().detail == "`options` must be an array of strings");
    CHECK(params->flag("on").error().detail == "`on` must be true or false");
    CHECK(params->text("thread").error().detail == "`thread` is required");
}

TEST_CASE("params: what is not one whole JSON object is refused", "[app]") {
    ParamsParser parser;
    for (const auto* bad :
         {"[", "{", "[]", "7", "{} {}", R"({"a":"b"garbage})", "{\"a\":\"\xff\"}"}) {
        CAPTURE(bad);
        CHECK_FALSE(parser.parse(bad));
    }
    CHECK(parser.parse(""));
}

TEST_CASE("comment ids: grow, differ between cores, and survive a clock that goes back", "[app]") {
    CommentIds one(1);
    CommentIds two(2);
    const auto now = base::from_millis(test::kNoonMs);
    const auto first = one.next(now);
    const auto second = one.next(now - base::Millis(1'000));
    CHECK(second > first);
    CHECK(two.next(now) != first);
    CHECK(one.next(now + base::Millis(1)) > second);
}

TEST_CASE("channel names: known namespaces with valid ids only", "[app]") {
    CHECK(parse_channel("poll:demo")->facet == Facet::poll);
    CHECK(parse_channel("thread:a/b")->id.view() == "a/b");
    CHECK(parse_channel("thread:a")->str() == "thread:a");
    for (const auto* bad : {"", "poll", "poll:", "poll: x", "polls:x", "thread:/a", "user:#1"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_channel(bad));
    }
}

TEST_CASE("methods: every method is found by its name", "[app]") {
    for (const auto& method : methods()) CHECK(find_method(method.name) == &method);
    CHECK(find_method("poll.vot") == nullptr);
}

TEST_CASE("responses: an unchanged document is answered with 304", "[app]") {
    net::HttpRequest request;
    const auto first = cacheable(request, "{}", 1);
    REQUIRE(first.status == 200);
    const std::string etag = first.headers.front().second;
    request.headers.emplace_back("if-none-match", "\"other\", W/" + etag);
    CHECK(cacheable(request, "{}", 1).status == 304);
    CHECK(cacheable(request, "{ }", 1).status == 200);
}

}  // namespace
}  // namespace voxpop::app
