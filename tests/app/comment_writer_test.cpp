// Comments that are written again: after a lost answer, and after an id that was taken.
#include <catch2/catch.hpp>

#include "app/comment_writer.hpp"
#include "desk.hpp"
#include "records.hpp"

namespace voxpop::app {
namespace {

const auto kNoon = base::from_millis(test::kNoonMs);
constexpr std::uint64_t kOrigin = 7;

struct Writers : Desk {
    Writers() { REQUIRE(write(domain::PutThread{{.id = thread.id}, 0})); }

    domain::Outcome post(CommentIds& ids, const std::string& key = {}) {
        Decided decided{
            .thread = thread.id,
            .change = domain::post({
                .id = ids.next(kNoon),
                .thread = &thread,
                .author = {*base::UserId::from("kim"), "김"},
                .text = domain::CommentText::clean("hello", 100).value(),
                .now = kNoon,
            }),
            .idempotency = {*base::UserId::from("kim"), {}, 1},
            .at = kNoon,
        };
        if (!key.empty()) decided.idempotency.key = *base::IdempotencyKey::from(key);
        return settled([&](Settle settle) {
            write_post(pen, ids, std::move(decided), std::move(settle));
        });
    }

    domain::Thread thread{.id = *base::ThreadId::from("t")};
};

base::CommentId id_of(const domain::Outcome& outcome) {
    REQUIRE(outcome);
    return std::get<domain::Appended>(*outcome).comment;
}

}  // namespace

TEST_CASE("comments: a post whose id is taken gets another, and is its own root", "[app]") {
    Writers writers;
    CommentIds one(kOrigin);
    CommentIds two(kOrigin);
    const auto first = id_of(writers.post(one));
    const auto second = id_of(writers.post(two));
    CHECK(first != second);
    std::optional<domain::Comment> kept;
    writers.store.comment(second, [&](base::Result<domain::Comment> comment) {
        writers.loop.post([&kept, comment = std::move(comment)] { kept = *comment; });
    });
    while (!kept) writers.loop.io().run_one();
    CHECK(kept->root == second);
    // From now on they no longer meet, whatever the clock says.
    CHECK(one.next(kNoon + base::Millis(1)) != two.next(kNoon + base::Millis(1)));
}

TEST_CASE(
    "comments: a post that comes again is the first, although the thread is closed", "[app]"
) {
    Writers writers;
    CommentIds ids(kOrigin);
    const auto first = id_of(writers.post(ids, "k"));
    writers.thread.state = domain::ThreadState::closed;
    CHECK(id_of(writers.post(ids, "k")) == first);
    CHECK(writers.post(ids, "other").error().code == base::ErrorCode::thread_closed);
    CHECK(writers.post(ids).error().code == base::ErrorCode::thread_closed);
}

}  // namespace voxpop::app
