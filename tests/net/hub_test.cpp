// From a publication to every screen: who gets what, and what the hub tells the application.
#include "net/hub.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "base/limits.hpp"
#include "session_fixture.hpp"

using namespace voxpop;
using namespace voxpop::net;
namespace limits = voxpop::base::limits;
using Pushes = std::vector<std::string>;

namespace {

constexpr const char* kByNumber = R"({"subscribe":{"channel":"thread:a","flag":1},"id":2})";
constexpr const char* kByName = R"({"subscribe":{"channel":"thread:a"},"id":2})";
constexpr const char* kPoll = R"({"subscribe":{"channel":"poll:p","flag":1},"id":3})";

}  // namespace

TEST_CASE("hub: a publication reaches every subscriber, by number or by name", "[net]") {
    SessionFixture fixture;
    const auto channel = stream_channel("thread:a", 7);
    fixture.open(channel);
    auto& by_number = fixture.connected();
    auto& by_name = fixture.connected();
    auto& elsewhere = fixture.connected();
    by_number.send(kByNumber);
    by_name.send(kByName);
    (void)by_number.take();
    (void)by_name.take();

    fixture.apply(stream_update(channel, 1));
    CHECK(by_number.take() == Pushes{R"({"push":{"id":7,"pub":{"data":1,"offset":1}}})"});
    CHECK(
        by_name.take() == Pushes{R"({"push":{"channel":"thread:a","pub":{"data":1,"offset":1}}})"}
    );
    CHECK(elsewhere.take().empty());
}

TEST_CASE(
    "hub: who may not see results gets the masked frame, as long as they are hidden", "[net]"
) {
    SessionFixture fixture;
    const auto channel = latest_channel("poll:p", 4);
    fixture.open(channel);
    fixture.backend.admission.sees_results = false;
    auto& client = fixture.connected();
    client.send(kPoll);
    CHECK(client.taken() == R"({"id":3,"subscribe":{"id":4}})");  // no snapshot but the masked one

    auto update = value_update(channel, R"({"v":1})");
    update.has_mask = true;
    update.masked_by_number = make_text_frame("masked");
    fixture.apply(update);
    CHECK(client.take() == Pushes{"masked"});

    update.masked_by_number = nullptr;
    fixture.apply(update);
    CHECK(client.take().empty());

    client.session.show_results("poll:p", true);
    fixture.apply(update);
    CHECK(client.take() == Pushes{R"({"push":{"id":4,"pub":{"data":{"v":1}}}})"});

    fixture.apply(update);  // still waits when the ballot is taken back
    client.session.show_results("poll:p", false);
    CHECK(client.take().empty());
    update.masked_by_number = make_text_frame("masked");
    fixture.apply(update);
    CHECK(client.take() == Pushes{"masked"});
}

TEST_CASE("hub: values that wait for a client conflate, comments do not", "[net]") {
    SessionFixture fixture;
    const auto thread = stream_channel("thread:a", 7);
    const auto poll = latest_channel("poll:p", 4);
    fixture.open(thread);
    fixture.open(poll);
    auto& client = fixture.connected();
    client.send(kByNumber);
    client.send(kPoll);
    (void)client.take();
    for (std::uint64_t i = 1; i <= 3; ++i) {
        fixture.apply(value_update(poll, std::to_string(i)));
        fixture.apply(stream_update(thread, i));
    }
    const Pushes expected = {
        R"({"push":{"id":4,"pub":{"data":3}}})",
        R"({"push":{"id":7,"pub":{"data":1,"offset":1}}})",
        R"({"push":{"id":7,"pub":{"data":2,"offset":2}}})",
        R"({"push":{"id":7,"pub":{"data":3,"offset":3}}})",
    };
    CHECK(client.take() == expected);
}

TEST_CASE("hub: a new subscriber gets the newest snapshot", "[net]") {
    SessionFixture fixture;
    const auto poll = latest_channel("poll:p", 4);
    fixture.open(poll);
    fixture.apply(value_update(poll, R"({"v":5})"));
    auto& client = fixture.connected();
    client.send(kPoll);
    CHECK(client.taken() == R"({"id":3,"subscribe":{"data":{"v":5},"id":4}})");
}

TEST_CASE("hub: after unsubscribing nothing comes, not even what waited", "[net]") {
    SessionFixture fixture;
    const auto channel = stream_channel("thread:a", 7);
    fixture.open(channel);
    auto& client = fixture.connected();
    client.send(kByNumber);
    (void)client.take();
    fixture.apply(stream_update(channel, 1));
    client.send(R"({"unsubscribe":{"channel":"thread:a"},"id":3})");
    fixture.apply(stream_update(channel, 2));
    CHECK(client.take() == Pushes{R"({"id":3,"unsubscribe":{}})"});
}

TEST_CASE("hub: when continuity is lost, subscribers are told to come again", "[net]") {
    SessionFixture fixture;
    const auto channel = stream_channel("thread:a", 7, 3, 3);
    fixture.open(channel);
    auto& client = fixture.connected();
    client.send(kByNumber);
    (void)client.take();
    ChannelUpdate reset{.number = 7, .epoch = "e2", .offset = 9};
    fixture.apply(reset);
    CHECK(
        client.taken() ==
        R"({"push":{"channel":"thread:a","unsubscribe":{"code":2500,"reason":"insufficient state"}}})"
    );
    client.send(
        R"({"subscribe":{"channel":"thread:a","recover":true,"offset":3,"epoch":"e1"},"id":5})"
    );
    CHECK(
        client.taken() ==
        R"({"id":5,"subscribe":{"recoverable":true,"positioned":true,"epoch":"e2","offset":9,"was_recovering":true}})"
    );
}

TEST_CASE("hub: what a user may see by ballot is asked again, except by who knows", "[net]") {
    SessionFixture fixture;
    fixture.open(latest_channel("poll:p", 4));
    auto& staff = fixture.connected();  // the same user, but not by ballot
    staff.send(kPoll);
    fixture.backend.admission.by_ballot = true;
    auto& voter = fixture.connected();
    auto& tab = fixture.connected();
    for (auto* client : {&voter, &tab}) client->send(kPoll);
    for (auto* client : {&staff, &voter, &tab}) (void)client->take();
    HubChannel& channel = *fixture.hub.find("poll:p");
    REQUIRE(channel.by_voter.size() == 1);
    const auto user = channel.by_voter.begin()->first;

    fixture.hub.readmit(channel, *base::UserId::from("another"), nullptr, base::Monotonic{});
    fixture.hub.readmit(channel, user, &voter.session, base::Monotonic{});
    CHECK(tab.taken().find("2500") != std::string::npos);
    CHECK(staff.take().empty());
    CHECK(voter.take().empty());
    CHECK(channel.subscribers.size() == 2);

    tab.send(kPoll);
    CHECK(channel.by_voter.begin()->second.size() == 2);
    fixture.hub.readmit(channel, user, nullptr, base::Monotonic{});
    CHECK(voter.taken().find("2500") != std::string::npos);
    CHECK(channel.by_voter.empty());
}

TEST_CASE("hub: a channel that is opened again restarts its subscribers", "[net]") {
    SessionFixture fixture;
    const auto before = stream_channel("thread:a", 7);
    fixture.open(before);
    auto& client = fixture.connected();
    client.send(kByNumber);
    (void)client.take();
    const auto again = stream_channel("thread:a", 8);
    fixture.open(again);
    CHECK(client.taken().find("2500") != std::string::npos);
    client.send(kByNumber);
    (void)client.take();
    fixture.apply(stream_update(before, 1));  // the number of before
    CHECK(client.take().empty());
    fixture.apply(stream_update(again, 1));
    CHECK(client.take() == Pushes{R"({"push":{"id":8,"pub":{"data":1,"offset":1}}})"});
}

TEST_CASE("hub: a text taken back is replaced wherever it is held", "[net]") {
    SessionFixture fixture;
    fixture.open(stream_channel("thread:a", 7, 3, 3));
    const auto gone = std::make_shared<const Publication>(2, "gone");
    fixture.apply({.number = 7, .replaced = {gone}});
    const auto& channel = *fixture.hub.find("thread:a");
    std::vector<PublicationPtr> held;
    channel.append_after(1, held);
    CHECK(held.at(0) == gone);
    auto read_elsewhere = publications(1, 2);
    channel.bring_up_to_date(read_elsewhere);
    CHECK(read_elsewhere.at(0)->offset == 1);
    CHECK(read_elsewhere.at(1) == gone);
}

TEST_CASE("hub: viewers are told once a tick, when they changed", "[net]") {
    SessionFixture fixture;
    fixture.open(stream_channel("thread:a", 7));
    auto& first = fixture.connected();
    auto& second = fixture.connected();
    first.send(kByNumber);
    second.send(kByNumber);
    using Told = std::vector<std::pair<std::string, std::uint64_t>>;
    fixture.hub.report(fixture.clock.monotonic());
    CHECK(fixture.backend.viewers == Told{{"thread:a", 2}});
    fixture.hub.report(fixture.clock.monotonic());
    CHECK(fixture.backend.viewers.size() == 1);
    fixture.leave(first);
    fixture.hub.report(fixture.clock.monotonic());
    CHECK(fixture.backend.viewers.back() == std::pair<std::string, std::uint64_t>{"thread:a", 1});
}

TEST_CASE("hub: a channel that nobody watches is given up after a while, once", "[net]") {
    SessionFixture fixture;
    fixture.open(stream_channel("thread:a", 7));
    auto& client = fixture.connected();
    client.send(kByNumber);
    fixture.pass(limits::kIdleChannelLinger / 2);
    fixture.leave(client);
    fixture.pass(limits::kIdleChannelLinger / 2);
    auto& again = fixture.connected();
    again.send(kByNumber);
    fixture.pass(std::chrono::seconds(5));
    fixture.leave(again);
    fixture.pass(limits::kIdleChannelLinger - std::chrono::seconds(1));
    CHECK(fixture.backend.unwatched_channels.empty());
    fixture.pass(std::chrono::seconds(2));
    CHECK(fixture.backend.unwatched_channels == std::vector<ChannelNumber>{7});
    CHECK(fixture.hub.find("thread:a") == nullptr);
}

TEST_CASE("hub: presence counts clients and users", "[net]") {
    SessionFixture fixture;
    fixture.open(stream_channel("thread:a", 7));
    for (const char* token : {"ann", "ann", "bob"}) {
        auto& client = fixture.client();
        client.send(R"({"connect":{"token":")" + std::string(token) + R"("},"id":1})");
        client.send(kByNumber);
    }
    const auto stats = fixture.hub.presence("thread:a");
    CHECK(stats.clients == 3);
    CHECK(stats.users.size() == 2);
}

TEST_CASE("hub: the history keeps so many publications, for so long", "[net]") {
    SessionFixture fixture;
    const auto state = stream_channel("thread:a", 7);
    fixture.open(state);
    for (std::uint64_t i = 1; i <= limits::kHistoryEventsMax + 5; ++i) {
        fixture.apply(stream_update(state, i));
    }
    const HubChannel& channel = *fixture.hub.find("thread:a");
    CHECK(channel.history.size() == limits::kHistoryEventsMax);
    CHECK(channel.reaches(5));
    CHECK_FALSE(channel.reaches(4));
    fixture.clock.advance(limits::kHistoryAge + std::chrono::seconds(1));
    fixture.apply(stream_update(state, limits::kHistoryEventsMax + 6));
    CHECK(channel.history.size() == 1);
}

TEST_CASE("hub: any order of coming and going leaves the right subscribers", "[net]") {
    CHECK(rc::check([](const std::vector<std::uint8_t>& steps) {
        SessionFixture fixture;
        const auto channel = stream_channel("thread:a", 7);
        fixture.open(channel);
        std::vector<std::pair<SessionFixture::Client*, bool>> clients;
        for (int i = 0; i < 6; ++i) clients.emplace_back(&fixture.connected(), false);
        for (const auto step : steps) {
            auto& [client, subscribed] = clients[step % clients.size()];
            client->send(
                subscribed ? R"({"unsubscribe":{"channel":"thread:a"},"id":3})" : kByNumber
            );
            subscribed = !subscribed;
        }
        for (auto& [client, subscribed] : clients) (void)client->take();
        fixture.apply(stream_update(channel, 1));
        for (auto& [client, subscribed] : clients) {
            RC_ASSERT(client->take().size() == (subscribed ? 1U : 0U));
        }
    }));
}
