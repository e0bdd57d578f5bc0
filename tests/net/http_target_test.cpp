#include "net/http_target.hpp"

#include <catch2/catch.hpp>

namespace voxpop::net {
namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("target: a path is decoded and the query taken apart, in order", "[net]") {
    const auto target = parse_target("/v1/threads/a%20b/comments?sort=best&limit=5&sort=new&x");
    REQUIRE(target);
    CHECK(target->path == "/v1/threads/a b/comments");
    CHECK(target->query == Query{{"sort", "best"}, {"limit", "5"}, {"sort", "new"}, {"x", ""}});
}

TEST_CASE("target: a plus is a space in a query, and itself in a path", "[net]") {
    const auto target = parse_target("/a+b?q=a+b%2Bc&=v&&e=a=b");
    REQUIRE(target);
    CHECK(target->path == "/a+b");
    CHECK(target->query == Query{{"q", "a b+c"}, {"", "v"}, {"e", "a=b"}});
}

TEST_CASE("target: the root and a trailing slash are plain paths, a fragment is cut", "[net]") {
    CHECK(parse_target("/")->path == "/");
    CHECK(parse_target("/a/")->path == "/a/");
    CHECK(parse_target("/?")->query.empty());
    CHECK(parse_target("/a?b=1#c?d")->query == Query{{"b", "1"}});
}

TEST_CASE("target: what could lead elsewhere is refused, encoded or not", "[net]") {
    const auto* bad = GENERATE(
        "", "*", "a", "http://host/a", "//host/a", "/a//b", "/.", "/..", "/a/../b", "/a/.", "/./a",
        "/%2e%2e/a", "/a/%2E%2E", "/%2F/a", "/a%2f%2e%2e%2fb", "/%00", "/a?b=%00"
    );
    CAPTURE(bad);
    CHECK_FALSE(parse_target(bad));
}

TEST_CASE("target: a broken escape is refused wherever it stands", "[net]") {
    const auto* bad = GENERATE("/%", "/%2", "/%zz", "/%2z", "/%-1", "/%+1", "/a?%=1", "/a?b=%4");
    CAPTURE(bad);
    CHECK_FALSE(parse_target(bad));
}

TEST_CASE("target: dots within a name are part of it", "[net]") {
    CHECK(parse_target("/...")->path == "/...");
    CHECK(parse_target("/a..b/.well-known")->path == "/a..b/.well-known");
}

}  // namespace
}  // namespace voxpop::net
