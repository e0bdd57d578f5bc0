#include "domain/page_bytes.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "domain/ranking.hpp"

using namespace voxpop;
using namespace voxpop::domain;

namespace {

Comment comment(std::uint64_t id, std::uint64_t root, std::size_t bytes) {
    Comment made{.id = base::CommentId(id), .root = base::CommentId(root)};
    if (id != root) made.parent = made.root;
    made.text = std::string(bytes, 'x');
    made.author.name = "Ann";
    made.created = base::Time(std::chrono::milliseconds(id));
    return made;
}

CommentPage page_of(std::vector<Comment> comments) {
    return {.comments = std::move(comments), .next = "further", .position = {}};
}

}  // namespace

TEST_CASE("page bytes: one that is short enough stays as it is", "[domain]") {
    auto page = page_of({comment(2, 2, 100), comment(1, 1, 100)});
    shorten(page, CommentSort::newest, 2'000);
    CHECK(page.comments.size() == 2);
    CHECK(page.next == "further");
}

TEST_CASE("page bytes: replies stay with their comment, and the rest follows", "[domain]") {
    auto page = page_of(
        {comment(9, 9, 100), comment(10, 9, 100), comment(8, 8, 100), comment(11, 8, 100),
         comment(7, 7, 100)}
    );
    const auto three = json_bytes_max({page.comments.begin(), page.comments.begin() + 3});
    shorten(page, CommentSort::newest, three);
    REQUIRE(page.comments.size() == 2);
    CHECK(
        page.next ==
        encode_cursor(sort_key(page.comments[0], CommentSort::newest), CommentSort::newest)
    );
}

TEST_CASE("page bytes: there is always one comment", "[domain]") {
    auto page = page_of({comment(9, 9, 10'000), comment(10, 9, 10'000), comment(8, 8, 1)});
    shorten(page, CommentSort::newest, 1);
    CHECK(page.comments.size() == 2);
}

TEST_CASE("page bytes: it is never cut behind a comment whose rank is not known", "[domain]") {
    auto tombstone = comment(8, 8, 0);
    tombstone.state = CommentState::hidden;
    auto page =
        page_of({comment(9, 9, 100), tombstone, comment(11, 8, 100), comment(7, 7, 10'000)});
    shorten(page, CommentSort::most_liked, 4'000);
    REQUIRE(page.comments.size() == 1);
    CHECK(page.comments[0].id == base::CommentId(9));
}

TEST_CASE(
    "page bytes: pages of any comments, put together, have each of them once", "[domain][property]"
) {
    CHECK(rc::check("read page by page", [] {
        const auto sort = *rc::gen::element(CommentSort::newest, CommentSort::oldest);
        const auto sizes =
            *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 3'000));
        std::vector<Comment> all;
        for (std::size_t i = 0; i < sizes.size(); ++i)
            all.push_back(comment(i + 1, i + 1, sizes[i]));
        std::ranges::sort(all, [&](const Comment& a, const Comment& b) {
            return comes_before(sort_key(a, sort), sort_key(b, sort), sort);
        });
        const auto bytes_max = *rc::gen::inRange<std::size_t>(1, 10'000);
        std::vector<base::CommentId> read;
        std::string cursor;
        do {
            CommentPage page;
            for (const auto& one : all) {
                const bool after =
                    cursor.empty() ||
                    comes_before(*parse_cursor(cursor, sort), sort_key(one, sort), sort);
                if (after) page.comments.push_back(one);
            }
            shorten(page, sort, bytes_max);
            RC_ASSERT(
                page.comments.size() == 1 || json_bytes_max(page.comments) <= bytes_max ||
                all.empty()
            );
            for (const auto& one : page.comments) read.push_back(one.id);
            cursor = page.next;
        } while (!cursor.empty());
        RC_ASSERT(read.size() == all.size());
        for (std::size_t i = 0; i < all.size(); ++i) RC_ASSERT(read[i] == all[i].id);
    }));
}
