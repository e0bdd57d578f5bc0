// Two nodes on one store, with a network between them that brings news late, twice, out of order
// or not at all: what readers see on both must be the same, whole, and what the store holds.
#include <catch2/catch.hpp>

#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

#include "app/encode.hpp"
#include "app/shared_secrets.hpp"
#include "records.hpp"
#include "test_node.hpp"

namespace voxpop::app {
namespace {

const auto kThread = *base::ThreadId::from("t");
const auto kPoll = *base::PollId::from("p");

// A new one each time, unless VOXPOP_TEST_SEED repeats one; failures print it.
std::uint32_t seed() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment
    const char* given = std::getenv("VOXPOP_TEST_SEED");
    return given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10))
                            : std::random_device()();
}

struct World {
    explicit World(std::uint32_t with_seed) : shared(with_seed) {
        REQUIRE(nodes[0].write(domain::PutThread{{.id = kThread}, 0}));
        REQUIRE(nodes[0].write(domain::PutPoll{test::pro_con_poll(), 0}));
    }

    TestNode& any() { return nodes[shared.below(2)]; }

    void open_on_both(const std::string& channel) {
        for (auto& node : nodes) REQUIRE(node.open(channel));
    }

    void settle() {
        clock.advance(base::limits::kViewersInterval);
        for (int round = 0; round < 2; ++round) {
            for (auto& node : nodes) node.settle();
        }
        clock.advance(base::limits::kViewersInterval);
        for (auto& node : nodes) node.settle();
    }

    void post(TestNode& node) {
        ++comments;
        domain::CommentChange change{
            .after = test::comment(comments, "comment " + std::to_string(comments)),
            .visible_delta = 1
        };
        change.actor = change.after.author.user;
        REQUIRE(node.write(domain::Append{change, {}}));
    }

    void hide_something(TestNode& node) {
        if (comments == 0) return;
        const auto comment = shared.state.comment(base::CommentId(1 + shared.below(comments)));
        auto change = domain::decide(
            *comment, domain::Decision::hide, *base::UserId::from("mod"), "", clock.now()
        );
        if (change) REQUIRE(node.write(domain::Append{std::move(*change), {}}));
    }

    void vote(TestNode& node) {
        REQUIRE(node.write(domain::Choose{
            .box = test::pro_con_poll().box(),
            .thread = kThread,
            .voter = *base::UserId::from("u" + std::to_string(shared.below(50))),
            .options = domain::OptionSet::of(shared.below(2)),
            .at = clock.now(),
        }));
    }

    void save(TestNode& node) {
        REQUIRE(node.write(domain::Choose{
            .box = domain::BoxId::save(kThread),
            .thread = kThread,
            .voter = *base::UserId::from("u" + std::to_string(shared.below(50))),
            .options = shared.below(3) == 0 ? domain::OptionSet() : domain::OptionSet::of(0),
            .at = clock.now(),
        }));
    }

    void tap(TestNode& node) {
        REQUIRE(node.write(domain::AddCounts{"cell", ++batches, {{kThread, {1, 2, 3}}}}));
    }

    void do_something(TestNode& node) {
        switch (shared.below(5)) {
            case 0:
                return post(node);
            case 1:
                return hide_something(node);
            case 2:
                return vote(node);
            case 3:
                return save(node);
            default:
                return tap(node);
        }
    }

    SharedStore shared;
    base::ManualClock clock;
    std::array<TestNode, 2> nodes{TestNode{shared, clock}, TestNode{shared, clock}};
    std::uint64_t comments = 0;
    std::uint64_t batches = 0;
};

// "posted 7" for each publication: offsets and kinds, but not the text, which is the newest at the
// time of reading.
std::vector<std::string> told(const Followed& followed) {
    std::vector<std::string> all;
    for (const auto& publication : followed.seen) {
        const auto& json = publication->json;
        const auto type = json.find(R"("type":")") + 8;
        all.push_back(
            json.substr(type, json.find('"', type) - type) + " " +
            std::to_string(publication->offset)
        );
    }
    return all;
}

std::vector<std::string> stored(const domain::LogPage& page, bool of_site) {
    std::vector<std::string> all;
    for (const auto& record : page.records) {
        all.push_back(
            std::string(domain::to_string(record.type)) + " " +
            std::to_string(of_site ? record.site_offset : record.offset)
        );
    }
    return all;
}

// Without the version, which is each node's own.
std::string values(const std::string& counts) {
    return counts.substr(counts.find(R"("comments")"));
}

std::string stored_counts(World& world, std::uint64_t viewers) {
    base::JsonWriter out;
    write_counts(
        out, {.version = 1,
              .stored = world.shared.state.counts({kThread}).front(),
              .viewers_here = viewers}
    );
    return values(out.take());
}

std::string stored_poll(World& world) {
    const auto view = world.shared.state.poll(kPoll).value();
    return poll_publication(view.poll, view.tally);
}

void check_both(World& world, std::uint64_t viewers) {
    const auto thread = stored(world.shared.state.thread_log(kThread, 0, 1'000), false);
    const auto site = stored(world.shared.state.site_log(0, 1'000), true);
    for (auto& node : world.nodes) {
        CHECK(told(node.followed("thread:t")) == thread);
        CHECK(told(node.followed("mod:default")) == site);
        CHECK(node.followed("thread:t").gapless);
        CHECK(node.followed("mod:default").gapless);
        CHECK(node.snapshot("poll:p") == stored_poll(world));
        CHECK(values(node.snapshot("counts:t")) == stored_counts(world, viewers));
    }
}

TEST_CASE("two nodes: both tell the same, whole, however news travel between them", "[app]") {
    const auto first = seed();
    for (std::uint32_t run = 0; run < 40; ++run) {
        CAPTURE(first + run);
        World world(first + run);
        const std::size_t before = world.shared.below(20);
        for (std::size_t i = 0; i < before; ++i) world.do_something(world.any());
        for (const auto* channel : {"thread:t", "counts:t", "poll:p", "mod:default"}) {
            world.open_on_both(channel);
            world.do_something(world.any());
        }
        world.nodes[0].publisher.set_viewers(0, kThread, 3);
        world.nodes[1].publisher.set_viewers(0, kThread, 4);
        for (int i = 0; i < 200; ++i) {
            TestNode& node = world.any();
            if (world.shared.below(3) == 0) world.do_something(node);
            node.step();
            if (world.shared.below(5) == 0) node.publisher.tick();
        }
        world.settle();
        check_both(world, 7);
    }
}

TEST_CASE("two nodes: a store that comes back empty restarts what it told of", "[app]") {
    World world(seed());
    for (const auto* channel : {"thread:t", "counts:t", "reactions:t", "poll:p", "mod:default"}) {
        world.open_on_both(channel);
    }
    for (int i = 0; i < 30; ++i) world.do_something(world.nodes[0]);
    world.post(world.nodes[0]);
    world.vote(world.nodes[0]);
    world.settle();

    world.shared.lose_all();
    REQUIRE(world.nodes[0].write(domain::PutThread{{.id = kThread}, 0}));
    REQUIRE(world.nodes[0].write(domain::PutPoll{test::pro_con_poll(), 0}));
    world.comments = 0;
    world.post(world.nodes[1]);
    for (auto& node : world.nodes) node.store.tell_gap();
    world.settle();

    for (auto& node : world.nodes) {
        CHECK(node.followed("thread:t").state.position == domain::StreamPosition{"second", 1});
        // After each reading of the thread, and a change that came in between may ask for a second.
        CHECK(node.followed("reactions:t").restarts >= 1);
        CHECK(node.followed("reactions:t").restarts <= 2);
        for (const auto* channel : {"thread:t", "counts:t", "poll:p", "mod:default"}) {
            CAPTURE(channel);
            CHECK(node.followed(channel).restarts == 1);
            REQUIRE(node.open(channel));  // as whoever was told to start again
        }
    }
    check_both(world, 0);
}

TEST_CASE(
    "two nodes: what could not be read again while the store was away is read later", "[app]"
) {
    World world(seed());
    for (const auto* channel : {"thread:t", "counts:t", "poll:p", "mod:default"}) {
        world.open_on_both(channel);
    }
    world.nodes[1].store.set_away(true);
    world.nodes[1].store.tell_gap();
    for (int i = 0; i < 30; ++i) world.do_something(world.nodes[0]);
    for (int i = 0; i < 5; ++i) {
        world.nodes[1].turn();
        world.nodes[1].publisher.tick();
    }
    world.nodes[1].store.set_away(false);
    world.settle();
    check_both(world, 0);
}

TEST_CASE("two nodes: the secrets of whichever comes first are those of both", "[app]") {
    World world(seed());
    const auto first = agree_on_secrets(world.nodes[0].store, make_secrets());
    const auto second = agree_on_secrets(world.nodes[1].store, make_secrets());
    REQUIRE(first);
    REQUIRE(second);
    CHECK(first->device_secret == second->device_secret);
    CHECK(first->token_key == second->token_key);
    CHECK(first->device_secret != first->token_key);
}

TEST_CASE("two nodes: a thread is watched while anything of it is live, and not longer", "[app]") {
    World world(seed());
    TestNode& node = world.nodes[0];
    REQUIRE(node.open("poll:p"));
    REQUIRE(node.open("thread:t"));
    REQUIRE(node.open("counts:t"));
    CHECK(node.store.watched() == std::set{kThread});
    node.close("thread:t");
    node.close("counts:t");
    CHECK(node.store.watched() == std::set{kThread});
    node.close("poll:p");
    CHECK(node.store.watched().empty());
}

TEST_CASE("two nodes: viewers of a node that nobody watches through any more are gone", "[app]") {
    World world(seed());
    world.open_on_both("counts:t");
    world.open_on_both("thread:t");
    world.nodes[0].publisher.set_viewers(0, kThread, 3);
    world.settle();
    CHECK(values(world.nodes[1].snapshot("counts:t")) == stored_counts(world, 3));
    world.nodes[0].close("thread:t");
    world.nodes[0].close("counts:t");
    world.settle();
    CHECK(values(world.nodes[1].snapshot("counts:t")) == stored_counts(world, 0));
}

TEST_CASE("two nodes: viewers elsewhere are known where only the poll was followed", "[app]") {
    World world(seed());
    REQUIRE(world.nodes[1].open("poll:p"));
    REQUIRE(world.nodes[0].open("thread:t"));
    world.nodes[0].publisher.set_viewers(0, kThread, 3);
    world.settle();
    REQUIRE(world.nodes[1].open("counts:t"));
    world.settle();
    CHECK(values(world.nodes[1].snapshot("counts:t")) == stored_counts(world, 3));
}

// What a node answers to somebody who is not subscribed.
std::uint64_t viewers_asked(TestNode& node) {
    base::Result<std::vector<domain::StoredCounts>> stored;
    node.store.counts({kThread}, [&stored](auto counts) { stored = std::move(counts); });
    node.store.let_everything_happen();
    return node.publisher.counts(kThread, stored->at(0)).viewers();
}

TEST_CASE("two nodes: one that watches nothing answers the viewers of both", "[app]") {
    World world(seed());
    REQUIRE(world.nodes[0].open("thread:t"));
    world.nodes[0].publisher.set_viewers(0, kThread, 3);
    world.settle();
    for (auto& node : world.nodes) CHECK(viewers_asked(node) == 3);
    SECTION("until they are gone") {
        world.nodes[0].close("thread:t");
        world.settle();
        for (auto& node : world.nodes) CHECK(viewers_asked(node) == 0);
    }
    SECTION("and so does one that is reading the thread again") {
        world.nodes[0].store.tell_gap();
        world.nodes[0].turn();
        world.nodes[0].publisher.tick();
        CHECK(viewers_asked(world.nodes[0]) == 3);
    }
}

TEST_CASE("two nodes: after a gap things are read again some at a time", "[app]") {
    World world(seed());
    TestNode& node = world.nodes[0];
    const std::size_t threads = 3 * base::limits::kRereadsMax;
    for (std::size_t i = 0; i < threads; ++i) REQUIRE(node.open("counts:t" + std::to_string(i)));
    node.settle();
    const std::size_t before = node.store.reads();
    node.store.tell_gap();
    node.turn();
    node.publisher.tick();
    CHECK(node.store.reads() - before == base::limits::kRereadsMax);
    node.settle();
    CHECK(node.store.reads() - before == 2 * threads);  // each its thread and its stream
}

}  // namespace
}  // namespace voxpop::app
