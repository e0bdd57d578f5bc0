// A session's subscriptions: refusals, snapshots, recovery in all its ways, and what becomes of
// them when the client is too slow.
#include <catch2/catch.hpp>

#include "base/limits.hpp"
#include "session_rig.hpp"

namespace voxpop::net {
namespace {

using base::ErrorCode;
using test::is_error;
using test::kPoll;
using test::kThread;
using test::publications;
using test::SessionRig;
using test::tick;
using Lines = std::vector<std::string>;

constexpr auto kSubscribeThread = R"({"id":2,"subscribe":{"channel":"thread:a"}})";
constexpr auto kSubscribePoll = R"({"id":2,"subscribe":{"channel":"poll:a"}})";

struct Connected : SessionRig {
    explicit Connected(ServerOptions given = {}) : SessionRig(std::move(given)) { connect(); }
};

std::string recovering(std::uint64_t offset, std::string_view epoch, int flag = 0) {
    return R"({"id":2,"subscribe":{"channel":"thread:a","recover":true,"offset":)" +
           std::to_string(offset) + R"(,"epoch":")" + std::string(epoch) + R"(","flag":)" +
           std::to_string(flag) + "}}";
}

std::string recovered(std::uint64_t since, std::uint64_t last) {
    std::string list;
    for (const auto& missed : publications(since, last)) {
        list += (list.empty() ? "" : ",") + missed->json;
    }
    if (!list.empty()) list = R"(,"publications":[)" + list + "]";
    return R"({"id":2,"subscribe":{"recoverable":true,"positioned":true,"epoch":"e1","offset":)" +
           std::to_string(since) + R"(,"was_recovering":true,"recovered":true)" + list + "}}";
}

std::string not_recovered(std::string_view epoch, std::uint64_t top) {
    return R"({"id":2,"subscribe":{"recoverable":true,"positioned":true,"epoch":")" +
           std::string(epoch) + R"(","offset":)" + std::to_string(top) +
           R"(,"was_recovering":true}})";
}

TEST_CASE("subscribe: a stream is answered with its position and pushed by name", "[net]") {
    Connected rig;
    CHECK(
        rig.answer_to(kSubscribeThread) ==
        Lines{
            R"({"id":2,"subscribe":{"recoverable":true,"positioned":true,"epoch":"e1","offset":5}})"
        }
    );
    rig.apply(tick(kThread, 6));
    CHECK(rig.heard() == Lines{"name 6"});
}

TEST_CASE("subscribe: who accepts numbers is pushed by number", "[net]") {
    Connected rig;
    const auto lines = rig.answer_to(R"({"id":2,"subscribe":{"channel":"thread:a","flag":1}})");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].ends_with(R"("offset":5,"id":1}})"));
    rig.apply(tick(kThread, 6));
    CHECK(rig.heard() == Lines{"number 6"});
}

TEST_CASE("subscribe: a latest channel is answered with its snapshot", "[net]") {
    Connected rig;
    CHECK(rig.answer_to(kSubscribePoll) == Lines{R"({"id":2,"subscribe":{"data":{"votes":9}}})"});
}

TEST_CASE("subscribe: who may not see results gets the masked snapshot and frames", "[net]") {
    Connected rig;
    rig.backend.admission = Admission{.sees_results = false};
    CHECK(
        rig.answer_to(kSubscribePoll) == Lines{R"({"id":2,"subscribe":{"data":{"votes":null}}})"}
    );
    ChannelUpdate update{.number = kPoll, .by_name = make_text_frame("open"), .has_mask = true};
    rig.apply(update);
    CHECK(rig.heard().empty());
    update.masked_by_name = make_text_frame("masked");
    rig.apply(update);
    CHECK(rig.heard() == Lines{"masked"});
    rig.session->show_results("poll:a", true);
    rig.apply(update);
    CHECK(rig.heard() == Lines{"open"});
}

TEST_CASE("subscribe: wrong requests are refused by their number", "[net]") {
    Connected rig({.channels_per_client_max = 2});
    const auto refused = [&](std::string_view command, int code) {
        const auto lines = rig.answer_to(command);
        REQUIRE(lines.size() == 1);
        CHECK(is_error(lines[0], 3, code));
    };
    (void)rig.answer_to(kSubscribeThread);
    refused(R"({"id":3,"subscribe":{"channel":"thread:a"}})", 105);
    refused(R"({"id":3,"subscribe":{"channel":")" + std::string(256, 'c') + R"("}})", 107);
    refused(R"({"id":3,"subscribe":{"channel":"poll:a","tf":{}}})", 107);
    refused(R"({"id":3,"subscribe":{"channel":"poll:a","type":1}})", 108);
    (void)rig.answer_to(kSubscribePoll);
    refused(R"({"id":3,"subscribe":{"channel":"thread:b"}})", 106);
    CHECK(rig.answer_to(R"({"id":3,"subscribe":{"channel":""}})") == Lines{"close 3501"});
}

TEST_CASE("subscribe: a refusal leaves no trace and can be tried again", "[net]") {
    Connected rig({.channels_per_client_max = 1});
    rig.backend.admission = base::fail(ErrorCode::permission_denied);
    CHECK(is_error(rig.answer_to(kSubscribeThread).at(0), 2, 103));
    rig.backend.admission = Admission{};
    CHECK(rig.answer_to(kSubscribeThread).at(0).starts_with(R"({"id":2,"subscribe":{)"));
    CHECK(rig.hub.subscriptions() == 1);
}

TEST_CASE("subscribe: the reply comes before any push, and later commands wait for it", "[net]") {
    Connected rig;
    rig.backend.hold_subscribe = true;
    rig.say(std::string(kSubscribeThread) + "\n" + R"({"id":3,"rpc":{"method":"vote"}})");
    rig.apply(tick(kThread, 6));
    CHECK(rig.heard().empty());
    CHECK(rig.backend.calls.empty());
    rig.backend.held.front()(Admission{});
    rig.apply(tick(kThread, 7));
    const auto lines = rig.heard();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].ends_with(R"("epoch":"e1","offset":6}})"));
    CHECK(lines[1] == "name 7");
    CHECK(rig.backend.calls.size() == 1);
}

TEST_CASE("subscribe: an answer for a session that has gone is for nobody", "[net]") {
    Connected rig;
    rig.backend.hold_subscribe = true;
    rig.say(kSubscribeThread);
    rig.session.reset();
    rig.backend.held.front()(Admission{});
    CHECK(rig.hub.subscriptions() == 0);
}

TEST_CASE("recovery: what was missed comes from the hub, oldest first", "[net]") {
    Connected rig;
    CHECK(rig.answer_to(recovering(3, "e1")) == Lines{recovered(3, 5)});
    CHECK(rig.metrics.sum(base::Metric::recoveries) == 1);
    CHECK(rig.backend.histories.empty());
}

TEST_CASE("recovery: who missed nothing has recovered", "[net]") {
    Connected rig;
    CHECK(rig.answer_to(recovering(5, "e1")) == Lines{recovered(5, 5)});
}

TEST_CASE("recovery: an empty epoch is any epoch", "[net]") {
    Connected rig;
    CHECK(rig.answer_to(recovering(4, "")) == Lines{recovered(4, 5)});
}

TEST_CASE("recovery: a position of another epoch cannot be recovered", "[net]") {
    Connected rig;
    CHECK(rig.answer_to(recovering(3, "e0")) == Lines{not_recovered("e1", 5)});
    CHECK(rig.metrics.sum(base::Metric::recoveries_failed) == 1);
    rig.apply(tick(kThread, 6));
    CHECK(rig.heard() == Lines{"name 6"});
}

TEST_CASE("recovery: who prefers an error to a gap gets 112, and no subscription", "[net]") {
    Connected rig;
    CHECK(is_error(rig.answer_to(recovering(3, "e0", 2)).at(0), 2, 112));
    CHECK(rig.hub.subscriptions() == 0);
    CHECK(rig.answer_to(recovering(3, "e1", 2)) == Lines{recovered(3, 5)});
}

TEST_CASE("recovery: what the hub no longer holds comes from the store", "[net]") {
    Connected rig;
    CHECK(rig.answer_to(recovering(1, "e1")).empty());
    REQUIRE(rig.backend.histories.size() == 1);
    auto& asked = rig.backend.histories.front();
    CHECK(asked.channel == "thread:a");
    CHECK(asked.since == 1);
    asked.then(ChannelHistory{.position = {"e1", 5}, .publications = publications(1, 5)});
    CHECK(rig.heard() == Lines{recovered(1, 5)});
}

TEST_CASE(
    "recovery: what is published while the store is read is neither lost nor doubled", "[net]"
) {
    Connected rig;
    rig.say(recovering(1, "e1"));
    rig.apply(tick(kThread, 6));
    rig.apply(tick(kThread, 7));
    // The store had 6 already, and 8, of which the hub has not heard yet.
    const auto stored = GENERATE(std::uint64_t{5}, std::uint64_t{6}, std::uint64_t{8});
    rig.backend.histories.front().then(
        ChannelHistory{.position = {"e1", stored}, .publications = publications(1, stored)}
    );
    CHECK(rig.heard() == Lines{recovered(1, 7)});
    rig.apply(tick(kThread, 8));
    CHECK(rig.heard() == Lines{"name 8"});
}

TEST_CASE("recovery: a text taken back while the store is read is not brought back", "[net]") {
    Connected rig;
    rig.say(recovering(1, "e1"));
    rig.apply(
        {.number = kThread,
         .replaced = {std::make_shared<const Publication>(2, R"({"data":"gone","offset":2})")}}
    );
    rig.backend.histories.front().then(
        ChannelHistory{.position = {"e1", 5}, .publications = publications(1, 5)}
    );
    CHECK(
        rig.heard().at(0).find(R"("publications":[{"data":"gone","offset":2},)") !=
        std::string::npos
    );
}

TEST_CASE("recovery: a store that cannot give everything gives nothing", "[net]") {
    Connected rig;
    rig.say(recovering(1, "e1"));
    base::Result<ChannelHistory> answer;
    SECTION("it says so") {
        answer = ChannelHistory{.position = {"e1", 5}, .complete = false};
    }
    SECTION("it is away") {
        answer = base::fail(ErrorCode::store_unavailable);
    }
    SECTION("it is of another epoch") {
        answer = ChannelHistory{.position = {"e2", 5}, .publications = publications(1, 5)};
    }
    SECTION("its end does not reach the hub's beginning") {
        answer = ChannelHistory{.position = {"e1", 5}, .publications = publications(2, 5)};
    }
    SECTION("there is a hole") {
        auto holed = publications(1, 5);
        holed.erase(holed.begin() + 1);
        answer = ChannelHistory{.position = {"e1", 5}, .publications = holed};
    }
    rig.backend.histories.front().then(std::move(answer));
    CHECK(rig.heard() == Lines{not_recovered("e1", 5)});
}

TEST_CASE(
    "recovery: an epoch that begins while the store is read is not the one asked for", "[net]"
) {
    Connected rig;
    rig.say(recovering(1, "e1"));
    const auto top = GENERATE(std::uint64_t{1}, std::uint64_t{3});
    rig.apply({.number = kThread, .epoch = "e2", .offset = top});
    rig.backend.histories.front().then(
        ChannelHistory{.position = {"e2", top}, .publications = publications(1, top)}
    );
    CHECK(rig.heard() == Lines{not_recovered("e2", top)});
}

TEST_CASE("recovery: too far behind is not even looked up", "[net]") {
    Connected rig;
    rig.hub.open(
        {.name = "thread:a", .number = kThread, .position = {"e1", 5'000}}, rig.clock.monotonic()
    );
    CHECK(rig.answer_to(recovering(1, "e1")) == Lines{not_recovered("e1", 5'000)});
    CHECK(rig.backend.histories.empty());
}

TEST_CASE("unsubscribe: is answered always, and takes back what waits", "[net]") {
    Connected rig;
    (void)rig.answer_to(kSubscribeThread);
    rig.apply(tick(kThread, 6));
    const auto unsubscribe = R"({"id":3,"unsubscribe":{"channel":"thread:a"}})";
    CHECK(rig.answer_to(unsubscribe) == Lines{R"({"id":3,"unsubscribe":{}})"});
    rig.apply(tick(kThread, 7));
    CHECK(rig.heard().empty());
    CHECK(rig.answer_to(unsubscribe) == Lines{R"({"id":3,"unsubscribe":{}})"});
}

TEST_CASE("slow client: a stream that does not fit starts again; the rest goes on", "[net]") {
    Connected rig({.outbox_bytes_max = 400});
    (void)rig.answer_to(kSubscribeThread);
    (void)rig.answer_to(R"({"id":3,"subscribe":{"channel":"poll:a"}})");
    for (std::uint64_t offset = 6; offset < 10; ++offset) {
        auto update = tick(kThread, offset);
        update.by_name = make_text_frame(std::string(100, 'x'));
        rig.apply(update);
    }
    rig.apply({.number = kPoll, .by_name = make_text_frame("tally")});
    CHECK(
        rig.heard() ==
        Lines{
            R"({"push":{"channel":"thread:a","unsubscribe":{"code":2500,"reason":"insufficient state"}}})",
            "tally"
        }
    );
    CHECK(rig.metrics.sum(base::Metric::slow_resubscribes) == 1);
    CHECK(rig.answer_to(recovering(5, "e1")) == Lines{recovered(5, 9)});
}

TEST_CASE("slow client: of a latest channel only the newest waits", "[net]") {
    Connected rig;
    (void)rig.answer_to(kSubscribePoll);
    for (int i = 0; i < 1'000; ++i) {
        rig.apply({.number = kPoll, .by_name = make_text_frame("tally " + std::to_string(i))});
    }
    CHECK(rig.heard() == Lines{"tally 999"});
}

TEST_CASE("subscribe: a lost continuity makes everybody start again", "[net]") {
    Connected rig;
    (void)rig.answer_to(kSubscribeThread);
    rig.apply({.number = kThread, .epoch = "e2", .offset = 0});
    const auto lines = rig.heard();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find(R"("unsubscribe":{"code":2500,)") != std::string::npos);
    CHECK(rig.hub.subscriptions() == 0);
    CHECK(rig.answer_to(recovering(5, "e1")).at(0).find("recovered\":") == std::string::npos);
}

TEST_CASE("history: of a channel that one watches, after a position or the newest", "[net]") {
    Connected rig;
    (void)rig.answer_to(kSubscribeThread);
    CHECK(
        rig.answer_to(R"({"id":3,"history":{"channel":"thread:a"}})") ==
        Lines{R"({"id":3,"history":{"publications":[],"epoch":"e1","offset":5}})"}
    );
    rig.say(R"({"id":3,"history":{"channel":"thread:a","limit":2}})");
    REQUIRE(rig.backend.histories.size() == 1);
    CHECK(rig.backend.histories[0].since == 3);
    CHECK(rig.backend.histories[0].limit == 2);
    rig.backend.histories[0].then(
        ChannelHistory{.position = {"e1", 5}, .publications = publications(3, 5)}
    );
    CHECK(
        rig.heard() ==
        Lines{
            R"({"id":3,"history":{"publications":[{"data":{},"offset":4},{"data":{},"offset":5}],)"
            R"("epoch":"e1","offset":5}})"
        }
    );
    const auto other_epoch =
        R"({"id":3,"history":{"channel":"thread:a","limit":2,"since":{"offset":1,"epoch":"e0"}}})";
    CHECK(is_error(rig.answer_to(other_epoch).at(0), 3, 112));
    const auto reverse = R"({"id":3,"history":{"channel":"thread:a","limit":2,"reverse":true}})";
    CHECK(is_error(rig.answer_to(reverse).at(0), 3, 108));
}

}  // namespace
}  // namespace voxpop::net
