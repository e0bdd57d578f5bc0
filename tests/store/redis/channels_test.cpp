// A user of Redis who lacks the right to the channels: nothing is done by halves, and the operator
// is told which right that is.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "tests/store/redis/log_pipe.hpp"
#include "tests/store/redis/node.hpp"
#include "tests/store/redis/server_options.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using Catch::Matchers::Contains;

namespace {

void let_user(const test::RedisServer& server, std::vector<std::string> rights) {
    std::vector<std::string> words = {"ACL", "SETUSER", "node", "on", ">secret", "~vp:*", "+@all"};
    words.insert(words.end(), rights.begin(), rights.end());
    REQUIRE(server.ask(words) == "OK");
}

StoreOptions as_user(const test::RedisServer& server) {
    auto options = options_for(server);
    options.client.user = "node";
    options.client.password = "secret";
    options.warn_of_settings = false;
    return options;
}

std::string why_not_started(const StoreOptions& options) {
    try {
        const Node node(options);
    } catch (const std::exception& error) {
        return error.what();
    }
    return "it has started";
}

}  // namespace

TEST_CASE("redis channels: without the right to them a node does not start", "[redis]") {
    const test::RedisServer server;
    let_user(server, {"resetchannels"});
    CHECK_THAT(
        why_not_started(as_user(server)),
        Contains("may not publish") && Contains("NOPERM") && Contains("&vp:*")
    );
    CHECK(server.ask({"KEYS", "*"}).empty());
    let_user(server, {"&vp:*"});
    {
        Node node(as_user(server));
        CHECK(node.write(a_thread("t")));
    }
    // Another database's channels have other names.
    auto options = as_user(server);
    options.client.database = 3;
    CHECK_THAT(why_not_started(options), Contains("may not publish") && Contains("&3:vp:*"));
    let_user(server, {"&3:vp:*"});
    Node node(options);
    CHECK(node.write(a_thread("t")));
}

TEST_CASE("redis channels: nor without the right to listen to them", "[redis]") {
    const test::RedisServer server;
    let_user(server, {"&vp:*", "-ssubscribe"});
    CHECK_THAT(
        why_not_started(as_user(server)),
        Contains("may not listen") && Contains("ssubscribe") && Contains("NOPERM")
    );
}

TEST_CASE("redis channels: who loses the right has nothing done by halves", "[redis]") {
    const test::RedisServer server;
    let_user(server, {"&vp:*"});
    const auto box = domain::BoxId::poll(store::contract::poll_id("p"), 1);
    Node node(as_user(server));
    REQUIRE(node.write(a_thread("t")));
    REQUIRE(node.write(a_poll("p", "t")));
    let_user(server, {"resetchannels"});
    const auto refused = node.write(a_vote(box, "t", "ann", 1));
    REQUIRE_FALSE(refused);
    CHECK_THAT(std::string(refused.error().message()), Contains("NOPERM") && Contains("vp:*"));
    CHECK_FALSE(node.write(a_comment(1, "t")));
    CHECK(server.ask({"EXISTS", "vp:{t}:ballots:poll/p/1", "vp:{t}:comments"}) == "0");
    let_user(server, {"&vp:*"});
    CHECK(node.write(a_vote(box, "t", "ann", 1)));
    CHECK(node.poll("p")->tally.voters == 1);
}

TEST_CASE(
    "redis channels: a right to listen that is lost is told once, till it is back", "[redis]"
) {
    const test::RedisServer server;
    let_user(server, {"&vp:*"});
    test::LogPipe pipe;
    auto options = as_user(server);
    options.log = pipe.log();
    options.client.backoff = {std::chrono::milliseconds(5), std::chrono::milliseconds(20)};
    Node node(options);
    const auto lose = [&] {
        let_user(server, {"-ssubscribe"});
        (void)server.ask({"CLIENT", "KILL", "TYPE", "pubsub"});
        CHECK_THAT(
            pipe.line(), Contains(R"("level":"error")") &&
                             Contains("does not let this user listen") && Contains("NOPERM") &&
                             Contains("vp:")
        );
    };
    lose();
    const auto gaps = node.recorder().gaps();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // some tries
    CHECK(pipe.empty());
    let_user(server, {"+ssubscribe"});
    node.recorder().wait_for_gaps(gaps + 1);
    lose();
}
