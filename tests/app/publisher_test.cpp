// The publisher against a memory store: what cores are told, in which order, whatever comes
// between.
#include "app/publisher.hpp"

#include <catch2/catch.hpp>

#include <optional>

#include "app/ledger.hpp"
#include "records.hpp"
#include "store/memory/memory_store.hpp"

namespace voxpop::app {
namespace {

// One core's world, run by hand: run_until() turns its loop until something holds.
struct Bench : domain::StoreObserver {
    static constexpr std::size_t kChannelsMax = 10;
    CoreLoop loop{0};
    base::SystemClock clock;
    base::Log log{base::LogLevel::off};
    base::Metrics metrics;
    store::MemoryStore store;
    Pen pen{loop, store, clock, metrics, metrics.claim_stripe()};
    std::vector<net::ChannelUpdate> told;
    Publisher publisher{Publisher::Parts{
        loop,
        store,
        clock,
        log,
        metrics,
        metrics.claim_stripe(),
        *base::InlineString<base::kIdBytesMax>::from("default"),
        {[this](const net::UpdateBatch& batch) {
            told.insert(told.end(), batch->begin(), batch->end());
        }},
        kChannelsMax
    }};

    Bench() { store.start(*this); }
    ~Bench() override { store.stop(); }

    void on_group(std::span<domain::Settled> settled, std::span<domain::Change> changes) override {
        loop.post([this, all = std::vector<domain::Change>(changes.begin(), changes.end())] {
            publisher.on_changes(all);
        });
        std::vector<domain::Settled> outcomes(
            std::make_move_iterator(settled.begin()), std::make_move_iterator(settled.end())
        );
        loop.post([this, outcomes = std::move(outcomes)]() mutable {
            pen.settle(std::move(outcomes));
        });
    }
    void on_health(bool, const std::string&) override {}

    template <class Holds>
    void run_until(Holds holds) {
        while (!holds()) loop.io().run_one();
    }

    domain::Outcome write(domain::Command command) {
        std::optional<domain::Outcome> outcome;
        pen.write(std::move(command), [&outcome](domain::Outcome settled) {
            outcome = std::move(settled);
        });
        run_until([&] { return outcome.has_value(); });
        return std::move(*outcome);
    }

    base::Result<net::ChannelState> open(std::string_view name) {
        std::optional<base::Result<net::ChannelState>> state;
        publisher.open(0, *parse_channel(name), [&state](auto opened) {
            state = std::move(opened);
        });
        run_until([&] { return state.has_value(); });
        return std::move(*state);
    }

    void make_thread_and_poll() {
        REQUIRE(write(domain::PutThread{{.id = *base::ThreadId::from("t")}, 0}));
        REQUIRE(write(domain::PutPoll{test::pro_con_poll(), 0}));
    }

    void post(std::uint64_t id, const std::string& text) {
        domain::CommentChange change{.after = test::comment(id, text), .visible_delta = 1};
        change.actor = change.after.author.user;
        REQUIRE(write(domain::Append{change, {}}));
    }

    void vote(const std::string& voter, std::size_t option) {
        REQUIRE(write(domain::Choose{
            .box = test::pro_con_poll().box(),
            .thread = *base::ThreadId::from("t"),
            .voter = *base::UserId::from(voter),
            .options = domain::OptionSet::of(option),
            .at = clock.now(),
        }));
    }
};

TEST_CASE("publisher: a channel opens with the state and goes on from it", "[app]") {
    Bench bench;
    bench.make_thread_and_poll();
    bench.post(1, "first");
    const auto state = bench.open("thread:t");
    REQUIRE(state);
    CHECK(state->kind == net::ChannelKind::stream);
    CHECK(state->position.offset == 1);
    REQUIRE(state->history.size() == 1);
    bench.post(2, "second");
    bench.publisher.tick();
    REQUIRE(bench.told.size() == 1);
    CHECK(bench.told.front().number == state->number);
    REQUIRE(bench.told.front().publications.size() == 1);
    CHECK(bench.told.front().publications.front()->offset == 2);
}

TEST_CASE("publisher: many votes of one tick are one push", "[app]") {
    Bench bench;
    bench.make_thread_and_poll();
    REQUIRE(bench.open("poll:p"));
    for (int i = 0; i < 20; ++i) bench.vote("u" + std::to_string(i), 0);
    bench.publisher.tick();
    REQUIRE(bench.told.size() == 1);
    CHECK(bench.told.front().by_name->payload().find(R"("pro":20)") != std::string::npos);
    CHECK(bench.told.front().by_name->payload().find(R"("channel":"poll:p")") != std::string::npos);
    CHECK(bench.told.front().by_number->payload().find(R"("channel")") == std::string::npos);
    bench.publisher.tick();
    CHECK(bench.told.size() == 1);
}

TEST_CASE("publisher: what nobody watches is not encoded", "[app]") {
    Bench bench;
    bench.make_thread_and_poll();
    bench.vote("kim", 0);
    bench.post(1, "x");
    bench.publisher.tick();
    CHECK(bench.told.empty());
}

TEST_CASE("publisher: an unknown poll does not open", "[app]") {
    Bench bench;
    const auto state = bench.open("poll:none");
    REQUIRE_FALSE(state);
    CHECK(state.error().code == base::ErrorCode::poll_not_found);
}

TEST_CASE("publisher: counts of a thread that does not exist are zero", "[app]") {
    Bench bench;
    const auto state = bench.open("counts:nowhere");
    REQUIRE(state);
    CHECK(state->snapshot.find(R"("comments":0,"saves":0,"viewers":0)") != std::string::npos);
}

TEST_CASE("publisher: threads that somebody thinks up leave room for those that exist", "[app]") {
    Bench bench;
    bench.make_thread_and_poll();
    const auto refused = [&](const std::string& name) {
        const auto state = bench.open(name);
        return !state && state.error().code == base::ErrorCode::overloaded &&
               state.error().temporary();
    };
    for (std::size_t i = 0; i < Bench::kChannelsMax / 2; ++i)
        REQUIRE(bench.open("counts:nowhere-" + std::to_string(i)));
    CHECK(refused("counts:nowhere-else"));
    CHECK(refused("reactions:nowhere-else"));
    CHECK(bench.open("counts:nowhere-1"));  // is open already
    for (const auto* name : {"counts:t", "reactions:t", "thread:t", "poll:p", "mod:default"})
        CHECK(bench.open(name));
    CHECK(refused("thread:other"));  // full
}

TEST_CASE("publisher: a channel that all cores left is forgotten and opens anew", "[app]") {
    Bench bench;
    bench.make_thread_and_poll();
    const auto first = bench.open("poll:p");
    REQUIRE(first);
    bench.publisher.unwatch(0, first->number);
    bench.vote("kim", 1);
    bench.publisher.tick();
    CHECK(bench.told.empty());
    const auto second = bench.open("poll:p");
    REQUIRE(second);
    CHECK(second->number != first->number);
    CHECK(second->snapshot.find(R"("con":1)") != std::string::npos);
}

TEST_CASE("publisher: moderators hear of every thread in one stream", "[app]") {
    Bench bench;
    bench.make_thread_and_poll();
    REQUIRE(bench.open("mod:default"));
    bench.post(1, "one");
    bench.post(2, "two");
    bench.publisher.tick();
    REQUIRE(bench.told.size() == 1);
    REQUIRE(bench.told.front().publications.size() == 2);
    CHECK(
        bench.told.front().publications[1]->offset == bench.told.front().publications[0]->offset + 1
    );
}

TEST_CASE("publisher: a record after a gap waits until the missing ones were read", "[app]") {
    Bench bench;
    bench.make_thread_and_poll();
    REQUIRE(bench.open("thread:t"));
    bench.post(1, "one");
    bench.post(2, "two");
    bench.publisher.tick();
    bench.told.clear();
    // As from another node whose earlier notice was lost: 4 arrives, 3 is in the store only.
    const domain::LogAppended ahead{
        test::record(4, domain::EventType::posted, test::comment(4, "four")), {.comments = 4}
    };
    bench.publisher.on_changes({ahead});
    bench.post(3, "three");
    bench.post(4, "four");
    const auto offsets = [&] {
        std::vector<std::uint64_t> all;
        bench.publisher.tick();
        for (const auto& update : bench.told) {
            for (const auto& publication : update.publications) all.push_back(publication->offset);
        }
        return all;
    };
    bench.run_until([&] { return offsets().size() >= 2; });
    CHECK(offsets() == std::vector<std::uint64_t>{3, 4});
}

}  // namespace
}  // namespace voxpop::app
