#include <catch2/catch.hpp>

#include "app/live_poll.hpp"
#include "app/live_thread.hpp"
#include "base/limits.hpp"
#include "records.hpp"

namespace voxpop::app {
namespace {

constexpr auto kNow = base::Time(base::Millis(test::kNoonMs));

domain::BoxChanged poll_box(std::uint64_t version, std::uint64_t voters, std::uint32_t round = 1) {
    domain::BoxChanged changed{
        domain::BoxId::poll(*base::PollId::from("p"), round), *base::ThreadId::from("t"), {}
    };
    changed.tally.version = version;
    changed.tally.voters = voters;
    return changed;
}

LivePoll live_poll(domain::ResultsPolicy results) {
    LivePoll live(*base::PollId::from("p"));
    auto poll = test::pro_con_poll();
    poll.results = results;
    live.load({poll, {.version = 10}});
    return live;
}

TEST_CASE("live poll: an older or equal version changes nothing", "[app]") {
    auto live = live_poll(domain::ResultsPolicy::always);
    (void)live.feed(poll_box(10, 5));
    CHECK_FALSE(live.has_news());
    (void)live.feed(poll_box(11, 5));
    CHECK(live.has_news());
}

TEST_CASE("live poll: a ballot of an earlier round changes nothing", "[app]") {
    auto live = live_poll(domain::ResultsPolicy::always);
    auto reopened = live.poll();
    reopened.round = 2;
    ++reopened.version;
    live.feed(domain::PollChanged{reopened, {.version = 11}});
    (void)live.take_news();
    CHECK(live.feed(poll_box(99, 5, 1)));
    CHECK_FALSE(live.has_news());
}

TEST_CASE("live poll: a ballot of a round not heard of shows that something is missing", "[app]") {
    auto live = live_poll(domain::ResultsPolicy::always);
    CHECK_FALSE(live.feed(poll_box(99, 5, 2)));
    CHECK_FALSE(live.has_news());
}

TEST_CASE("live poll: a definition that comes late keeps the newer tally", "[app]") {
    auto live = live_poll(domain::ResultsPolicy::always);
    REQUIRE(live.feed(poll_box(12, 7)));
    auto paused = live.poll();
    paused.state = domain::PollState::paused;
    ++paused.version;
    live.feed(domain::PollChanged{paused, {.version = 11, .voters = 6}});
    const auto told = live.take_news().data;
    CHECK(told.find(R"("voters":7)") != std::string::npos);
    CHECK(told.find(R"("state":"paused")") != std::string::npos);
}

TEST_CASE("live poll: a store that has lost ballots is believed, and followers told", "[app]") {
    auto live = live_poll(domain::ResultsPolicy::always);
    live.load({live.poll(), {.version = 12, .voters = 8}});
    CHECK_FALSE(live.take_news().went_back);
    live.load({live.poll(), {.version = 3, .voters = 2}});
    const auto news = live.take_news();
    CHECK(news.went_back);
    CHECK(news.data.find(R"("voters":2)") != std::string::npos);
}

TEST_CASE("live poll: hidden results push nothing to readers when somebody votes", "[app]") {
    for (const auto policy :
         {domain::ResultsPolicy::after_vote, domain::ResultsPolicy::after_close,
          domain::ResultsPolicy::staff}) {
        auto live = live_poll(policy);
        (void)live.feed(poll_box(11, 123'456));
        const auto news = live.take_news();
        CHECK(news.has_mask);
        CHECK(news.masked_data.empty());
        CHECK(live.masked_snapshot().find("123456") == std::string::npos);
        CHECK(live.masked_snapshot().find("voters") == std::string::npos);
        CHECK(news.data.find("123456") != std::string::npos);
    }
}

TEST_CASE("live poll: results kept until the close are shown to all with it", "[app]") {
    auto live = live_poll(domain::ResultsPolicy::after_close);
    auto closed = live.poll();
    closed.state = domain::PollState::closed;
    ++closed.version;
    live.feed(domain::PollChanged{closed, {.version = 12, .voters = 7}});
    const auto news = live.take_news();
    CHECK_FALSE(news.has_mask);
    CHECK(live.masked_snapshot().find(R"("voters":7)") != std::string::npos);
}

TEST_CASE("live poll: a new round is told, so that earlier voters are admitted anew", "[app]") {
    auto live = live_poll(domain::ResultsPolicy::after_vote);
    auto reopened = live.poll();
    ++reopened.round;
    ++reopened.version;
    live.feed(domain::PollChanged{reopened, {.version = 12}});
    CHECK(live.take_news().readmits);
    CHECK_FALSE(live.take_news().readmits);
}

TEST_CASE(
    "live poll: results that are hidden from now on are told, so that nobody keeps them", "[app]"
) {
    auto live = live_poll(domain::ResultsPolicy::always);
    auto hidden = live.poll();
    ++hidden.version;
    SECTION("by a change that is heard") {
        hidden.results = domain::ResultsPolicy::staff;
        live.feed(domain::PollChanged{hidden, {.version = 11}});
    }
    SECTION("by one that was missed and is read") {
        hidden.results = domain::ResultsPolicy::after_vote;
        live.load({hidden, {.version = 11}});
    }
    const auto news = live.take_news();
    CHECK(news.has_mask);
    CHECK(news.readmits);
}

TEST_CASE("live thread: counts that include an event ignore its notice", "[app]") {
    LiveThread live(*base::ThreadId::from("t"), 2);
    live.load_counts({.comments = 5, .saves = 1}, {"e", 5});
    (void)live.publish_counts(kNow);
    (void)live.feed(
        domain::LogAppended{
            test::record(5, domain::EventType::posted, test::comment(5, "x")), {.comments = 4}
        },
        kNow
    );
    CHECK(live.counts(kNow).stored.comments == 5);
    CHECK_FALSE(live.counts_are_due(kNow));
}

TEST_CASE("live thread: viewers are summed over cores and pushed at most once a second", "[app]") {
    LiveThread live(*base::ThreadId::from("t"), 2);
    live.load_counts({}, {"e", 0});
    (void)live.publish_counts(kNow);
    live.set_viewers(0, 3);
    live.set_viewers(1, 4);
    CHECK_FALSE(live.counts_are_due(kNow + base::Millis(100)));
    CHECK(live.counts_are_due(kNow + base::limits::kViewersInterval));
    CHECK(live.publish_counts(kNow + base::limits::kViewersInterval).viewers() == 7);
}

TEST_CASE(
    "live thread: viewers of other nodes count, and are told the store once a second", "[app]"
) {
    LiveThread live(*base::ThreadId::from("t"), 2);
    live.load_counts({}, {"e", 0});
    live.set_viewers(1, 4);
    live.feed(domain::ViewersElsewhere{live.id(), 10});
    CHECK(live.publish_counts(kNow).viewers() == 14);
    CHECK(live.take_own_viewers(kNow) == 4);
    live.set_viewers(1, 5);
    CHECK_FALSE(live.take_own_viewers(kNow + base::Millis(100)));
    CHECK(live.waits());
    CHECK(live.take_own_viewers(kNow + base::limits::kViewersInterval) == 5);
}

TEST_CASE("live thread: viewers of other nodes are read first and then heard of", "[app]") {
    LiveThread live(*base::ThreadId::from("t"), 1);
    live.set_viewers(0, 1);
    live.load_counts({.viewers_elsewhere = 5}, {"e", 0});
    CHECK(live.publish_counts(kNow).viewers() == 6);
    live.feed(domain::ViewersElsewhere{live.id(), 10});
    CHECK(live.publish_counts(kNow).viewers() == 11);
    live.load_counts({.viewers_elsewhere = 2}, {"e", 0});
    CHECK(live.counts(kNow).viewers() == 11);
}

TEST_CASE("live thread: hearts are pushed at once, views when viewers would be", "[app]") {
    LiveThread live(*base::ThreadId::from("t"), 1);
    live.load_counts({}, {"e", 0});
    (void)live.publish_counts(kNow);
    live.feed(domain::CountersMoved{live.id(), {5, 0, 0}});
    CHECK_FALSE(live.counts_are_due(kNow + base::Millis(100)));
    live.feed(domain::CountersMoved{live.id(), {5, 2, 0}});
    CHECK(live.counts_are_due(kNow + base::Millis(100)));
    live.feed(domain::CountersMoved{live.id(), {4, 1, 0}});  // late
    CHECK(live.publish_counts(kNow).stored.counters == domain::Counters{5, 2, 0});
}

TEST_CASE("live thread: a save's tally that comes late changes nothing", "[app]") {
    LiveThread live(*base::ThreadId::from("t"), 1);
    live.load_counts({}, {"e", 0});
    domain::BoxChanged saved{
        domain::BoxId::save(live.id()), live.id(), {.version = 2, .voters = 2}
    };
    live.feed(saved);
    saved.tally = {.version = 1, .voters = 1};
    live.feed(saved);
    CHECK(live.counts(kNow).stored.saves == 2);
}

TEST_CASE("live thread: a save that the counts include is known when its news come", "[app]") {
    LiveThread live(*base::ThreadId::from("t"), 1);
    live.load_counts({.saves = 3, .saves_version = 8}, {"e", 0});
    live.feed(
        domain::BoxChanged{domain::BoxId::save(live.id()), live.id(), {.version = 7, .voters = 2}}
    );
    CHECK(live.counts(kNow).stored.saves == 3);
}

TEST_CASE("live thread: the counts' version grows even when the clock goes back", "[app]") {
    LiveThread live(*base::ThreadId::from("t"), 1);
    const auto first = live.publish_counts(kNow).version;
    const auto second = live.publish_counts(kNow - base::Millis(5'000)).version;
    CHECK(second > first);
}

TEST_CASE("live thread: reactions are kept by comment, the newest of each", "[app]") {
    LiveThread live(*base::ThreadId::from("t"), 1);
    const base::CommentId id(7);
    domain::BoxChanged changed{domain::BoxId::reaction(id), live.id(), {}};
    changed.tally.version = 2;
    changed.tally.counts[kLike] = 2;
    live.feed(changed);
    changed.tally.version = 1;
    changed.tally.counts[kLike] = 1;
    live.feed(changed);
    const auto moved = live.take_reactions();
    REQUIRE(moved.size() == 1);
    CHECK(reactions_data(moved).find(R"("likes":2)") != std::string::npos);
    CHECK_FALSE(live.has_reactions());
}

TEST_CASE("live thread: who comes later is told of the reactions that moved last", "[app]") {
    LiveThread live(*base::ThreadId::from("t"), 1);
    const auto like = [&live](std::uint64_t comment, std::uint64_t version) {
        domain::BoxChanged changed{
            domain::BoxId::reaction(base::CommentId(comment)), live.id(), {}
        };
        changed.tally.version = version;
        live.feed(changed);
        (void)live.take_reactions();
    };
    CHECK(reactions_data(live.recent_reactions()) == R"({"comments":{}})");
    like(1, 1);
    like(2, 1);
    like(1, 2);
    REQUIRE(live.recent_reactions().size() == 2);
    CHECK(live.recent_reactions().back().comment == base::CommentId(1));
    CHECK(live.recent_reactions().back().tally.version == 2);

    for (std::uint64_t comment = 10; comment < 100; ++comment) like(comment, 1);
    CHECK(live.recent_reactions().size() == 32);
    CHECK(live.recent_reactions().front().comment == base::CommentId(68));
}

TEST_CASE("live thread: after another reading reactions may have moved unheard", "[app]") {
    LiveThread live(*base::ThreadId::from("t"), 1);
    live.load_counts({}, {"e1", 0});
    CHECK_FALSE(live.take_reactions_missed());
    live.load_counts({}, {"e1", 0});
    CHECK(live.take_reactions_missed());
    CHECK_FALSE(live.take_reactions_missed());
}

}  // namespace
}  // namespace voxpop::app
