// The site's stream gets every event of every thread once, also when it could not be written for a
// while.
#include <catch2/catch.hpp>

#include "store/redis/bounds.hpp"
#include "store/redis/keys.hpp"
#include "tests/store/redis/node.hpp"
#include "tests/store/redis/server_options.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;

TEST_CASE("redis: what the site's stream lacks comes with the next comment", "[redis]") {
    test::RedisServer server;
    const auto options = options_for(server);
    Node node(options);
    REQUIRE(node.write(a_thread("t")));
    // Something of another type in its place: nothing can be appended.
    const auto log = keys::site_log(options.site);
    (void)server.ask({"SET", log, "not a stream"});
    constexpr std::uint64_t kMissed = bounds::kOutboxReadMax * 2 + 10;
    std::vector<domain::Command> comments;
    for (std::uint64_t i = 1; i <= kMissed; ++i) comments.emplace_back(a_comment(i, "t"));
    const auto serials = node.submit(std::move(comments));
    REQUIRE(node.recorder().wait_for(serials.back()));
    (void)server.ask({"DEL", log});

    REQUIRE(node.write(a_comment(kMissed + 1, "t")));
    const auto records = node.site_log()->records;
    REQUIRE(records.size() == kMissed + 1);
    for (std::size_t i = 0; i < records.size(); ++i) {
        CHECK(records[i].site_offset == i + 1);
        CHECK(records[i].comment.id == base::CommentId(i + 1));
    }
}
