#include "net/hub.hpp"

#include <catch2/catch.hpp>

#include "base/limits.hpp"
#include "fake_backend.hpp"

namespace voxpop::net {
namespace {

using test::FakeBackend;
using test::publications;
using test::tick;

namespace limits = base::limits;

// A session as the hub sees it; leaves in the middle of a push when told to.
class FakeSubscriber final : public Subscriber {
  public:
    FakeSubscriber(Hub& hub, std::string_view user) : hub_(hub), user_(*base::UserId::from(user)) {
        place.owner = this;
    }
    void push(Subscription& subscription, const ChannelUpdate&) override {
        ++pushes;
        if (leaves_on_push) hub_.remove(subscription, base::Monotonic{});
    }
    void resubscribe(Subscription&) override { ++restarts; }
    [[nodiscard]] const base::UserId& user() const override { return user_; }

    Subscription place;
    int pushes = 0;
    int restarts = 0;
    bool leaves_on_push = false;

  private:
    Hub& hub_;
    base::UserId user_;
};

struct Rig {
    FakeBackend backend;
    Hub hub{backend};
    base::Monotonic now{std::chrono::hours(1)};
    FakeSubscriber ann{hub, "ann"};
    FakeSubscriber ben{hub, "ben"};
    FakeSubscriber ann_again{hub, "ann"};

    HubChannel& open(ChannelNumber number = 1) {
        hub.open(
            {.name = "thread:a",
             .number = number,
             .position = {"e1", 3},
             .history = publications(1, 3)},
            now
        );
        return *hub.find("thread:a");
    }
    void apply(const ChannelUpdate& update) { hub.apply({update}, now); }
};

std::vector<std::uint64_t> offsets_after(const HubChannel& channel, std::uint64_t offset) {
    std::vector<PublicationPtr> held;
    channel.append_after(offset, held);
    std::vector<std::uint64_t> out;
    for (const auto& one : held) out.push_back(one->offset);
    return out;
}
using Offsets = std::vector<std::uint64_t>;

TEST_CASE("hub: an update reaches the channel's subscribers, and nobody else", "[net]") {
    Rig rig;
    auto& channel = rig.open();
    rig.hub.open({.name = "thread:b", .number = 2}, rig.now);
    rig.hub.add(channel, rig.ann.place);
    rig.hub.add(*rig.hub.find("thread:b"), rig.ben.place);
    rig.apply(tick(1, 4));
    rig.apply(tick(9, 1));  // not open here
    CHECK(rig.ann.pushes == 1);
    CHECK(rig.ben.pushes == 0);
    CHECK(rig.hub.find("thread:c") == nullptr);
}

TEST_CASE("hub: subscribers that leave during a push take nobody's turn", "[net]") {
    Rig rig;
    auto& channel = rig.open();
    for (auto* who : {&rig.ann, &rig.ben, &rig.ann_again}) rig.hub.add(channel, who->place);
    auto& leaver = *GENERATE_REF(&rig.ann, &rig.ben, &rig.ann_again);
    leaver.leaves_on_push = true;
    rig.apply(tick(1, 4));
    rig.apply(tick(1, 5));
    for (auto* who : {&rig.ann, &rig.ben, &rig.ann_again}) {
        CHECK(who->pushes == (who == &leaver ? 1 : 2));
    }
    CHECK(rig.hub.subscriptions() == 2);
}

TEST_CASE("hub: history follows what is published and reaches back as far as it holds", "[net]") {
    Rig rig;
    auto& channel = rig.open();
    CHECK(channel.reaches(1));
    CHECK_FALSE(channel.reaches(0));
    CHECK_FALSE(channel.reaches(4));  // ahead of us
    rig.apply(tick(1, 4));
    CHECK(channel.position.offset == 4);
    CHECK(offsets_after(channel, 1) == Offsets{2, 3, 4});
    CHECK(offsets_after(channel, 4).empty());
}

TEST_CASE("hub: history is bounded by count and by age", "[net]") {
    Rig rig;
    auto& channel = rig.open();
    for (std::uint64_t offset = 4; offset < limits::kHistoryEventsMax + 10; ++offset)
        rig.apply(tick(1, offset));
    CHECK(channel.history.size() == limits::kHistoryEventsMax);
    CHECK(channel.reaches(channel.position.offset - limits::kHistoryEventsMax));
    rig.now += limits::kHistoryAge + std::chrono::seconds(1);
    const auto next = channel.position.offset + 1;
    rig.apply(tick(1, next));
    CHECK(offsets_after(channel, 0) == Offsets{next});
}

TEST_CASE("hub: a text taken back is replaced wherever it is held", "[net]") {
    Rig rig;
    auto& channel = rig.open();
    const auto gone = std::make_shared<const Publication>(2, "gone");
    rig.apply({.number = 1, .replaced = {gone}});
    std::vector<PublicationPtr> held;
    channel.append_after(1, held);
    CHECK(held.at(0) == gone);
    auto read_elsewhere = publications(0, 2);
    channel.bring_up_to_date(read_elsewhere);
    CHECK(read_elsewhere.at(0)->offset == 1);
    CHECK(read_elsewhere.at(1) == gone);
}

TEST_CASE("hub: a new epoch empties the history and starts everybody again", "[net]") {
    Rig rig;
    auto& channel = rig.open();
    rig.hub.add(channel, rig.ann.place);
    rig.hub.add(channel, rig.ben.place);
    auto update = tick(1, 8);
    update.epoch = "e2";
    update.offset = 7;
    rig.apply(update);
    CHECK(rig.ann.restarts + rig.ben.restarts == 2);
    CHECK(rig.ann.pushes + rig.ben.pushes == 0);
    CHECK(channel.position == StreamPosition{"e2", 8});
    CHECK(offsets_after(channel, 0) == Offsets{8});
    CHECK(channel.reaches(7));
    CHECK(rig.hub.subscriptions() == 0);
}

TEST_CASE("hub: a channel that is opened again starts its subscribers again", "[net]") {
    Rig rig;
    rig.hub.add(rig.open(1), rig.ann.place);
    auto& again = rig.open(2);
    CHECK(rig.ann.restarts == 1);
    rig.hub.add(again, rig.ann.place);
    rig.apply(tick(1, 4));  // the number of before
    CHECK(rig.ann.pushes == 0);
    rig.apply(tick(2, 4));
    CHECK(rig.ann.pushes == 1);
}

TEST_CASE("hub: a snapshot is kept for who comes next", "[net]") {
    Rig rig;
    auto& channel = rig.open();
    rig.apply({.number = 1, .snapshot = "new", .snapshot_masked = "masked"});
    rig.apply({.number = 1});
    CHECK(channel.snapshot == "new");
    CHECK(channel.snapshot_masked == "masked");
}

TEST_CASE("hub: viewers are reported once however often they change", "[net]") {
    Rig rig;
    auto& channel = rig.open();
    rig.ann.place.viewer = rig.ben.place.viewer = true;
    rig.hub.add(channel, rig.ann.place);
    rig.hub.add(channel, rig.ben.place);
    rig.hub.add(channel, rig.ann_again.place);  // not a viewer
    rig.hub.remove(rig.ben.place, rig.now);
    rig.hub.report(rig.now);
    rig.hub.report(rig.now);
    using Viewers = decltype(rig.backend.viewers);
    CHECK(rig.backend.viewers == Viewers{{"thread:a", 1}});
    rig.hub.remove(rig.ann.place, rig.now);
    rig.hub.report(rig.now);
    CHECK(rig.backend.viewers.back() == Viewers::value_type{"thread:a", 0});
}

TEST_CASE("hub: presence counts connections and, apart, their users", "[net]") {
    Rig rig;
    auto& channel = rig.open();
    for (auto* who : {&rig.ann, &rig.ben, &rig.ann_again}) rig.hub.add(channel, who->place);
    CHECK(rig.hub.presence("thread:a").clients == 3);
    CHECK(rig.hub.presence("thread:a").users == 2);
    CHECK(rig.hub.presence("thread:c").clients == 0);
}

TEST_CASE("hub: a channel that nobody watches is forgotten after a while, once", "[net]") {
    Rig rig;
    rig.hub.add(rig.open(), rig.ann.place);
    rig.now += limits::kIdleChannelLinger;
    rig.hub.report(rig.now);
    CHECK(rig.backend.forgotten.empty());  // it is watched
    rig.hub.remove(rig.ann.place, rig.now);
    rig.now += limits::kIdleChannelLinger - std::chrono::milliseconds(1);
    rig.hub.report(rig.now);
    CHECK(rig.hub.find("thread:a") != nullptr);
    rig.now += std::chrono::milliseconds(1);
    rig.hub.report(rig.now);
    rig.hub.report(rig.now + limits::kIdleChannelLinger);
    CHECK(rig.backend.forgotten == std::vector<ChannelNumber>{1});
    CHECK(rig.hub.find("thread:a") == nullptr);
}

TEST_CASE("hub: who comes back in time keeps the channel", "[net]") {
    Rig rig;
    auto& channel = rig.open();
    rig.hub.add(channel, rig.ann.place);
    rig.hub.remove(rig.ann.place, rig.now);
    rig.now += limits::kIdleChannelLinger / 2;
    rig.hub.add(channel, rig.ann.place);
    rig.hub.remove(rig.ann.place, rig.now);
    rig.now += limits::kIdleChannelLinger / 2;
    rig.hub.report(rig.now);
    CHECK(rig.backend.forgotten.empty());
}

}  // namespace
}  // namespace voxpop::net
