#include "tests/store/fault_store.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <future>

#include "store/memory/memory_store.hpp"
#include "tests/store/recorder.hpp"

using namespace voxpop;
using namespace voxpop::domain;
using voxpop::store::Faults;
using voxpop::store::FaultStore;

namespace {

Write save(std::uint64_t voter) {
    const auto thread = *base::ThreadId::from("t");
    return {
        Ticket{.serial = voter},
        Choose{
            .box = BoxId::save(thread),
            .thread = thread,
            .voter = *base::UserId::from("u" + std::to_string(voter)),
            .options = OptionSet(1),
        },
    };
}

struct Run {
    std::vector<bool> accepted;
    std::vector<std::uint64_t> order;
    std::uint64_t acknowledged = 0;
    std::uint64_t stored = 0;
    FaultStore::Struck struck;
    std::vector<bool> health;
};

// Submits `count` saves one by one, stops, and looks at what is in the data then.
Run run(const Faults& faults, std::uint64_t count) {
    auto data = std::make_shared<store::MemoryData>();
    store::Recorder recorder;
    FaultStore faulty(std::make_unique<store::MemoryStore>(data), faults);
    faulty.start(recorder);
    Run out;
    for (std::uint64_t voter = 1; voter <= count; ++voter) {
        std::vector<Write> one{save(voter)};
        out.accepted.push_back(faulty.submit(one).has_value());
    }
    faulty.stop();
    for (std::uint64_t voter = 1; voter <= count; ++voter) {
        REQUIRE(recorder.times_settled(voter) == (out.accepted[voter - 1] ? 1 : 0));
        if (out.accepted[voter - 1] && recorder.wait_for(voter)) ++out.acknowledged;
        const auto held = data->state.ballots(
            *base::UserId::from("u" + std::to_string(voter)),
            {BoxId::save(*base::ThreadId::from("t"))}
        );
        out.stored += held.front().empty() ? 0U : 1U;
    }
    out.order = recorder.order();
    out.struck = faulty.struck();
    out.health = recorder.health();
    CHECK(recorder.threads() == 1);
    return out;
}

Faults everything(std::uint64_t seed) {
    return {
        .seed = seed,
        .refuse_overloaded = 50,
        .refuse_unavailable = 50,
        .fail_batch = 100,
        .go_down = 20,
        .hold_answer = 200,
    };
}

}  // namespace

TEST_CASE("fault store: without faults it is the store inside", "[fault]") {
    const auto calm = run({}, 200);
    CHECK(calm.acknowledged == 200);
    CHECK(calm.stored == 200);
    CHECK(calm.health == std::vector{true});
}

TEST_CASE("fault store: what was acknowledged is stored, what failed is not", "[fault]") {
    const auto stormy = run(everything(store::fault_seed()), 2000);
    CHECK(stormy.struck.refused > 0);
    CHECK(stormy.struck.batches_failed > 0);
    CHECK(stormy.struck.times_down > 0);
    CHECK(stormy.struck.held > 0);
    CHECK(stormy.acknowledged > 0);
    CHECK(stormy.acknowledged < 2000);
    CHECK(stormy.stored == stormy.acknowledged);
}

TEST_CASE("fault store: outcomes keep the order of submission", "[fault]") {
    const auto stormy = run(everything(store::fault_seed()), 2000);
    CHECK(std::ranges::is_sorted(stormy.order));
}

TEST_CASE("fault store: the same seed refuses the same submissions", "[fault]") {
    const auto seed = store::fault_seed();
    const auto one = run(everything(seed), 300);
    CHECK(run(everything(seed), 300).accepted == one.accepted);
    CHECK(run(everything(seed + 1), 300).accepted != one.accepted);
}

TEST_CASE("fault store: it goes down, refuses, and comes back", "[fault]") {
    const auto dead = run({.seed = 7, .go_down = 1000, .submits_while_down = 5}, 12);
    CHECK(dead.acknowledged == 0);
    CHECK(dead.struck.times_down == 2);
    CHECK(std::ranges::count(dead.health, false) == 2);
    CHECK(std::ranges::count(dead.health, true) == 3);  // once for the store inside, at its start
}

TEST_CASE("fault store: queries are answered late, but answered", "[fault]") {
    store::Recorder recorder;
    FaultStore faulty(std::make_unique<store::MemoryStore>(), {.seed = 3, .hold_answer = 1000});
    faulty.start(recorder);
    for (int i = 0; i < 20; ++i) {
        std::promise<void> answered;
        faulty.counts({}, [&](auto result) {
            CHECK(result.has_value());
            answered.set_value();
        });
        answered.get_future().wait();
    }
    CHECK(faulty.struck().held > 0);
    faulty.stop();
}
