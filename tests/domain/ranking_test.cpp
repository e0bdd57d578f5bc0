#include "domain/ranking.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <limits>

using namespace voxpop;
using namespace voxpop::domain;

TEST_CASE("ranking: the Wilson bound prefers many votes to few of the same share", "[domain]") {
    CHECK(wilson_lower_bound(0, 0) == 0);
    CHECK(wilson_lower_bound(0, 5) == 0);
    CHECK(wilson_lower_bound(1, 0) == Approx(0.378427).margin(1e-5));  // 1 / (1 + z²)
    CHECK(wilson_lower_bound(100, 0) > wilson_lower_bound(10, 0));
    CHECK(wilson_lower_bound(60, 40) > wilson_lower_bound(6, 4));
    CHECK(wilson_lower_bound(90, 10) > wilson_lower_bound(1, 0));
}

TEST_CASE("ranking: controversy wants many votes on both sides", "[domain]") {
    CHECK(controversy(0, 0) == 0);
    CHECK(controversy(100, 0) == 0);
    CHECK(controversy(10, 10) == 20);
    CHECK(controversy(50, 50) > controversy(10, 10));
    CHECK(controversy(10, 10) > controversy(19, 1));
    CHECK(controversy(3, 7) == controversy(7, 3));
}

TEST_CASE("ranking: the Wilson bound stays below the share, for any votes", "[domain][property]") {
    CHECK(rc::check("any likes and dislikes", [](std::uint32_t likes, std::uint32_t dislikes) {
        const double bound = wilson_lower_bound(likes, dislikes);
        RC_ASSERT(bound >= 0);
        const auto n = static_cast<double>(likes) + static_cast<double>(dislikes);
        RC_ASSERT(n == 0 || bound <= static_cast<double>(likes) / n + 1e-12);
    }));
}

TEST_CASE("ranking: ties go to the newest, in the order oldest to the oldest", "[domain]") {
    const SortKey older{5, base::CommentId(1)};
    const SortKey newer{5, base::CommentId(2)};
    CHECK(comes_before(newer, older, CommentSort::best));
    CHECK(comes_before(older, newer, CommentSort::oldest));
    CHECK_FALSE(comes_before(older, older, CommentSort::best));
}

TEST_CASE("ranking: a cursor comes back as the key it was made of", "[domain][property]") {
    CHECK(rc::check("any rank and id", [](std::int64_t rank, std::uint64_t id) {
        if (id == 0) return;
        for (const auto sort : {CommentSort::newest, CommentSort::best}) {
            const SortKey key{rank, base::CommentId(id)};
            RC_ASSERT(parse_cursor(encode_cursor(key, sort), sort).value() == key);
        }
    }));
}

TEST_CASE("ranking: any other text is no cursor", "[domain]") {
    const auto refused = [](std::string_view text) {
        const auto key = parse_cursor(text, CommentSort::best);
        return !key && key.error().code == base::ErrorCode::bad_request;
    };
    const auto good = encode_cursor({7, base::CommentId(1)}, CommentSort::best);
    CHECK_FALSE(refused(good));
    for (const std::string_view bad :
         {"", "best", "best:", "best:7", "best:7:", "best::0000000000001", "best:x:0000000000001",
          "best:7:000000000000!", "newest:7:0000000000001",
          "best:99999999999999999999:0000000000001"}) {
        INFO(bad);
        CHECK(refused(bad));
    }
    CHECK(refused(good + " "));
}
