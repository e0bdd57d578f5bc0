#include "base/ids.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <string>

using namespace voxpop::base;

TEST_CASE("ids: what a site may choose, and what not", "[base]") {
    for (const std::string_view good : {"a", "article-1204", "news/2026/05", "u|x@y+z=~._:"}) {
        INFO(good);
        REQUIRE(ThreadId::from(good));
        CHECK(ThreadId::from(good)->view() == good);
    }
    for (const std::string_view bad : {"", "/a", ":a", "a b", "a#b", "é", "a\n", "a\"b", "a$b"}) {
        INFO(bad);
        CHECK_FALSE(ThreadId::from(bad));
    }
    CHECK(ThreadId::from(std::string(kIdBytesMax, 'x')));
    CHECK_FALSE(ThreadId::from(std::string(kIdBytesMax + 1, 'x')));
    CHECK_FALSE(ThreadId::from(std::string_view("a\0b", 3)));
}

TEST_CASE("ids: they compare and hash by their text", "[base]") {
    const auto a = *UserId::from("ann");
    const auto b = *UserId::from("bob");
    CHECK(a == *UserId::from("ann"));
    CHECK(a < b);
    CHECK(std::hash<UserId>{}(a) == std::hash<UserId>{}(*UserId::from("ann")));
    CHECK(UserId{}.empty());
}

TEST_CASE("ids: a comment's id is written in 13 characters and read back", "[base][property]") {
    CHECK(rc::check("any id but none", [](std::uint64_t value) {
        const std::string text = CommentId(value).str();
        RC_ASSERT(text.size() == 13U);
        const auto back = CommentId::from(text);
        RC_ASSERT(back.has_value() == (value != 0));
        if (back) RC_ASSERT(back->value() == value);
    }));
}

TEST_CASE("ids: the texts of comments' ids sort as the ids", "[base][property]") {
    CHECK(rc::check("any two", [](std::uint64_t a, std::uint64_t b) {
        RC_ASSERT((a < b) == (CommentId(a).str() < CommentId(b).str()));
    }));
}

TEST_CASE("ids: any other text is no comment's id", "[base]") {
    for (const std::string_view bad :
         {"", "0000000000000", "000000000001", "00000000000001", "000000000000I", "000000000000u",
          "g000000000000", "000000000000A", "00000000000 1"}) {
        INFO(bad);
        CHECK_FALSE(CommentId::from(bad));
    }
    CHECK(CommentId::from("fzzzzzzzzzzzz")->value() == ~std::uint64_t{0});
}
