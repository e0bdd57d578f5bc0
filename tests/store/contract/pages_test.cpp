// The contract of a store: pages of comments, their orders and their cursors.
#include <catch2/catch.hpp>

#include "tests/store/contract/bench.hpp"

using namespace voxpop::store::contract;
namespace base = voxpop::base;
namespace limits = voxpop::base::limits;

namespace {

using Numbers = std::vector<std::uint64_t>;

Numbers numbers(const CommentPage& page) {
    Numbers out;
    for (const auto& comment : page.comments) out.push_back(comment.id.value());
    return out;
}

Numbers listed(Bench& bench, CommentSort sort) {
    return numbers(bench.comments({.thread = thread_id("t"), .sort = sort}).value());
}

// Everything, page by page.
Numbers walk(Bench& bench, PageRequest request) {
    Numbers out;
    do {
        const auto page = bench.comments(request).value();
        for (const auto number : numbers(page)) out.push_back(number);
        request.cursor = page.next;
    } while (!request.cursor.empty());
    return out;
}

void react(Bench& bench, std::uint64_t comment, int likes, int dislikes) {
    const auto box = BoxId::reaction(base::CommentId(comment));
    for (int i = 0; i < likes; ++i) (void)bench.choose(box, "l" + std::to_string(i), 0b01);
    for (int i = 0; i < dislikes; ++i) (void)bench.choose(box, "d" + std::to_string(i), 0b10);
}

}  // namespace

TEST_CASE("store: comments are listed in each order", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    for (std::uint64_t i = 1; i <= 4; ++i) bench.post(i);
    react(bench, 1, 10, 8);  // most votes, evenly split
    react(bench, 2, 1, 0);   // all likes, but one only
    react(bench, 3, 6, 1);   // most liked, and best
    CHECK(listed(bench, CommentSort::newest) == Numbers{4, 3, 2, 1});
    CHECK(listed(bench, CommentSort::oldest) == Numbers{1, 2, 3, 4});
    CHECK(listed(bench, CommentSort::most_liked) == Numbers{3, 1, 2, 4});
    CHECK(listed(bench, CommentSort::best) == Numbers{3, 1, 2, 4});
    CHECK(listed(bench, CommentSort::controversial) == Numbers{1, 3, 4, 2});
    bench.post(5, base::CommentId(2));
    CHECK(listed(bench, CommentSort::most_replies).front() == 2);
}

TEST_CASE("store: each top-level comment brings its first replies, oldest first", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    const auto root = bench.post(1);
    bench.post(2);
    for (std::uint64_t i = 3; i <= 7; ++i) bench.post(i, root);
    CHECK(listed(bench, CommentSort::oldest) == Numbers{1, 3, 4, 5, 2});
    CHECK(
        numbers(bench.comments({.thread = thread_id("t"), .inline_replies = 0}).value()) ==
        Numbers{2, 1}
    );
    CHECK(
        walk(bench, {.thread = thread_id("t"), .root = root, .limit = 2}) == Numbers{3, 4, 5, 6, 7}
    );
}

TEST_CASE("store: pages join without gap or repetition in every order", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    for (std::uint64_t i = 1; i <= 11; ++i) bench.post(i);
    react(bench, 4, 3, 1);
    react(bench, 9, 1, 1);
    for (const auto sort :
         {CommentSort::newest, CommentSort::oldest, CommentSort::most_replies,
          CommentSort::most_liked, CommentSort::best, CommentSort::controversial}) {
        for (const std::size_t limit : {1U, 3U, 11U, 12U}) {
            const auto all = listed(bench, sort);
            CHECK(all.size() == 11);
            CHECK(walk(bench, {.thread = thread_id("t"), .sort = sort, .limit = limit}) == all);
        }
    }
}

TEST_CASE("store: comments that arrive meanwhile do not shift the next page", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    for (std::uint64_t i = 1; i <= 4; ++i) bench.post(i);
    PageRequest request{.thread = thread_id("t"), .limit = 2};
    const auto first = bench.comments(request).value();
    CHECK(numbers(first) == Numbers{4, 3});
    bench.post(5);
    request.cursor = first.next;
    const auto second = bench.comments(request).value();
    CHECK(numbers(second) == Numbers{2, 1});
    CHECK(second.next.empty());
}

TEST_CASE("store: comments of the same moment keep one order over pages", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    for (std::uint64_t i = 1; i <= 5; ++i) {
        auto change = bench.posted(i);
        change.after.created = kNow;
        bench.must<Appended>(Append{.change = change});
    }
    PageRequest request{.thread = thread_id("t"), .limit = 2};
    CHECK(walk(bench, request) == Numbers{5, 4, 3, 2, 1});
    request.sort = CommentSort::oldest;
    CHECK(walk(bench, request) == Numbers{1, 2, 3, 4, 5});
}

TEST_CASE("store: a cursor that is not of this list is refused", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    for (std::uint64_t i = 1; i <= 3; ++i) bench.post(i);
    PageRequest request{.thread = thread_id("t"), .limit = 1};
    request.cursor = bench.comments(request)->next;
    request.sort = CommentSort::best;
    CHECK(bench.comments(request).error().code == ErrorCode::bad_request);
    request.cursor = "'; DROP TABLE comments";
    CHECK(bench.comments(request).error().code == ErrorCode::bad_request);
    CHECK(bench.moderation({.cursor = "x"}).error().code == ErrorCode::bad_request);
}

TEST_CASE("store: a page is never larger than its limit", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    std::vector<Command> commands;
    for (std::uint64_t i = 1; i <= limits::kPageCommentsMax + 1; ++i) {
        commands.push_back(Append{.change = bench.posted(i)});
    }
    (void)bench.recorder().wait_for(bench.submit(std::move(commands)).back());
    const auto page = bench.comments({.thread = thread_id("t"), .limit = 100'000}).value();
    CHECK(page.comments.size() == limits::kPageCommentsMax);
    CHECK_FALSE(page.next.empty());
    CHECK(
        bench.comments({.thread = thread_id("t")})->comments.size() == limits::kPageCommentsDefault
    );
}

TEST_CASE("store: readers see tombstones only where there are replies", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    const auto root = bench.post(1);
    bench.post(2);
    const auto reply = bench.post(3, root);
    REQUIRE(bench.decide(root, Decision::hide));
    REQUIRE(bench.decide(base::CommentId(2), Decision::hide));
    const auto page = bench.comments({.thread = thread_id("t")}).value();
    CHECK(numbers(page) == Numbers{1, 3});
    CHECK(page.comments.front() == redacted(bench.comment(root).value()));
    CHECK(page.comments.front().text.empty());
    CHECK(page.comments.front().author.user.empty());
    REQUIRE(bench.decide(reply, Decision::hide));
    CHECK(listed(bench, CommentSort::newest).empty());
    CHECK(bench.comments({.thread = thread_id("t"), .root = root})->comments.empty());
}

TEST_CASE("store: staff see every state and every text", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    const auto root = bench.post(1);
    const auto reply = bench.post(2, root);
    REQUIRE(bench.decide(reply, Decision::hide));
    REQUIRE(bench.decide(root, Decision::remove));
    const auto page = bench.comments({.thread = thread_id("t"), .staff = true}).value();
    CHECK(numbers(page) == Numbers{1, 2});
    CHECK(page.comments[0].text == "text 1");
    CHECK(page.comments[1].text == "text 2");
}

TEST_CASE("store: a page and its stream position are of one moment", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    bench.post(1);
    const auto page = bench.comments({.thread = thread_id("t")}).value();
    CHECK(page.position == bench.thread_log(thread_id("t")).position);
}

TEST_CASE("store: moderators list a site's comments by state and thread", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    bench.make_thread("other");
    for (std::uint64_t i = 1; i <= 4; ++i) bench.post(i);
    auto elsewhere = bench.posted(5);
    elsewhere.after.thread = thread_id("other");
    bench.must<Appended>(Append{.change = elsewhere});
    REQUIRE(bench.decide(base::CommentId(2), Decision::hide));
    REQUIRE(bench.decide(base::CommentId(3), Decision::remove));

    CHECK(numbers(bench.moderation({}).value()) == Numbers{5, 4, 3, 2, 1});
    CHECK(numbers(bench.moderation({.thread = thread_id("t")}).value()) == Numbers{4, 3, 2, 1});
    ModerationRequest request{.states = {CommentState::hidden, CommentState::rejected}};
    CHECK(numbers(bench.moderation(request).value()) == Numbers{3, 2});
    request.limit = 1;
    const auto first = bench.moderation(request).value();
    CHECK(first.comments.front().text == "text 3");
    CHECK(first.position == bench.site_log().position);
    request.cursor = first.next;
    const auto second = bench.moderation(request).value();
    CHECK(numbers(second) == Numbers{2});
    CHECK(second.next.empty());
}

TEST_CASE("store: moderators list what was reported until somebody decides", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    for (std::uint64_t i = 1; i <= 4; ++i) bench.post(i);
    const auto note = [&](std::uint64_t number, std::uint32_t reports) {
        const auto known = bench.comment(base::CommentId(number)).value();
        auto change = report(known, user("bob"), "spam", reports, kNow).value();
        return bench.must<Appended>(Append{.change = std::move(change)});
    };
    ModerationRequest request{.reported = true};
    CHECK(bench.moderation(request)->comments.empty());
    CHECK(note(1, 1).offset == 0);
    note(2, 1);
    note(3, 1);
    note(1, 2);
    CHECK(bench.thread_log(thread_id("t")).position.offset == 4);
    CHECK(bench.site_log().records.back().type == EventType::reported);
    const auto listed = bench.moderation(request).value();
    CHECK(numbers(listed) == Numbers{3, 2, 1});
    CHECK(listed.comments.back().reports == 2);
    CHECK(bench.comment(base::CommentId(1))->reports == 2);

    bench.must<Appended>(
        Append{.change = Bench::edited(bench.comment(base::CommentId(1)).value(), "better")}
    );
    REQUIRE(bench.decide(base::CommentId(2), Decision::approve));
    REQUIRE(bench.decide(base::CommentId(3), Decision::hide));
    bench.reopen();
    CHECK(numbers(bench.moderation(request).value()) == Numbers{1});
    request.thread = thread_id("t");
    CHECK(numbers(bench.moderation(request).value()) == Numbers{1});
    request.thread = thread_id("other");
    CHECK(bench.moderation(request)->comments.empty());
}
