// The contract of a store: how writes settle, and what the observer hears.
#include <catch2/catch.hpp>
#include <thread>

#include "tests/store/contract/bench.hpp"

using namespace voxpop::store::contract;
namespace base = voxpop::base;
namespace limits = voxpop::base::limits;

namespace {

Choose save(std::string_view voter, bool on = true) {
    return {
        .box = BoxId::save(thread_id("t")),
        .thread = thread_id("t"),
        .voter = user(voter),
        .options = OptionSet(on ? 1 : 0),
        .at = kNow,
    };
}

}  // namespace

TEST_CASE("store: what one thread submits settles in that order, each write once", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    std::vector<Command> commands;
    for (int i = 0; i < 500; ++i) commands.push_back(save("u" + std::to_string(i % 7), i % 2 == 0));
    auto expected = bench.submit(commands);
    const auto more = bench.submit(commands);
    expected.insert(expected.end(), more.begin(), more.end());
    (void)bench.recorder().wait_for(expected.back());
    auto order = bench.recorder().order();
    order.erase(order.begin());  // the thread's
    CHECK(order == expected);
    CHECK(bench.recorder().times_settled(expected.front()) == 1);
}

TEST_CASE("store: accepted writes are taken out of the caller's vector", "[contract]") {
    Bench bench;
    std::vector<Write> writes;
    writes.reserve(16);
    writes.push_back({Ticket{.serial = 77}, save("ann")});
    const auto capacity = writes.capacity();
    REQUIRE(bench.store().submit(writes));
    CHECK(writes.empty());
    CHECK(writes.capacity() == capacity);
    CHECK(bench.recorder().wait_for(77));
}

TEST_CASE("store: a failed command changes nothing and does not disturb its group", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    Choose wrong = save("bob");
    wrong.options = OptionSet(0b10);
    const auto serials = bench.submit({save("ann"), wrong, save("cid")});
    CHECK(bench.recorder().wait_for(serials[0]));
    CHECK(bench.recorder().wait_for(serials[1]).error().code == ErrorCode::invalid_choice);
    CHECK(bench.recorder().wait_for(serials[2]));
    CHECK(bench.counts({thread_id("t")}).front().saves == 2);
    CHECK(bench.ballots(user("bob"), {wrong.box}) == std::vector{OptionSet()});
}

TEST_CASE("store: commands of one group see what those before them did", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    const auto reply = [&] {
        auto change = bench.posted(2);
        change.after.parent = change.after.root = base::CommentId(1);
        return change;
    }();
    const auto serials = bench.submit(
        {Append{.change = bench.posted(1)}, Append{.change = reply}, save("ann"), save("ann", false)
        }
    );
    const auto last = std::get<Chosen>(bench.recorder().wait_for(serials.back()).value());
    CHECK(last.before == OptionSet(1));
    CHECK(bench.comment(base::CommentId(1))->replies == 1);
}

TEST_CASE("store: a box's changes are conflated, and versions ascend", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    std::vector<Command> commands;
    for (int i = 0; i < 1000; ++i) commands.push_back(save("u" + std::to_string(i)));
    const auto serials = bench.submit(std::move(commands));
    (void)bench.recorder().wait_for(serials.back());
    const auto boxes = only<BoxChanged>(bench.recorder().changes());
    REQUIRE_FALSE(boxes.empty());
    CHECK(boxes.size() <= bench.recorder().group_sizes().size());
    CHECK(boxes.back().tally.voters == 1000);
    CHECK(boxes.back().thread == thread_id("t"));
    CHECK(std::ranges::is_sorted(boxes, {}, [](const auto& box) { return box.tally.version; }));
}

TEST_CASE("store: changes are heard before the outcomes of their group", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    for (int i = 0; i < 20; ++i) {
        const auto serial = bench.submit({save("u" + std::to_string(i))}).front();
        (void)bench.recorder().wait_for(serial);
        CHECK(bench.recorder().changes_before(serial) == static_cast<std::size_t>(i) + 2);
    }
}

TEST_CASE("store: who has an outcome finds what it says", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    for (std::uint64_t i = 1; i <= 50; ++i) {
        REQUIRE(bench.choose(BoxId::save(thread_id("t")), "u" + std::to_string(i), 1));
        REQUIRE(bench.counts({thread_id("t")}).front().saves == i);
    }
}

TEST_CASE("store: many threads may submit, and nothing is lost", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    constexpr std::uint64_t kWriters = 4;
    constexpr std::uint64_t kEach = 200;
    {
        std::vector<std::jthread> writers;
        for (std::uint64_t writer = 1; writer <= kWriters; ++writer) {
            writers.emplace_back([&bench, writer] {
                for (std::uint64_t i = 0; i < kEach; ++i) {
                    std::vector<Write> one;
                    one.push_back({
                        Ticket{.serial = writer * 10'000 + i},
                        save("u" + std::to_string(writer) + "-" + std::to_string(i)),
                    });
                    while (!bench.store().submit(one)) std::this_thread::yield();
                }
            });
        }
    }
    for (std::uint64_t writer = 1; writer <= kWriters; ++writer) {
        CHECK(bench.recorder().wait_for(writer * 10'000 + kEach - 1));
    }
    CHECK(bench.counts({thread_id("t")}).front().saves == kWriters * kEach);
    const auto order = bench.recorder().order();
    for (std::uint64_t writer = 1; writer <= kWriters; ++writer) {
        std::vector<std::uint64_t> own;
        std::ranges::copy_if(order, std::back_inserter(own), [&](auto serial) {
            return serial / 10'000 == writer;
        });
        CHECK(own.size() == kEach);
        CHECK(std::ranges::is_sorted(own));
    }
}

TEST_CASE("store: the observer is called on one thread", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    REQUIRE(bench.choose(BoxId::save(thread_id("t")), "ann", 1));
    CHECK(bench.recorder().threads() == 1);
}

TEST_CASE("store: more writes than the queue holds are refused, all or none", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    std::vector<Write> writes(
        limits::kStoreQueueCommandsMax + 1, Write{Ticket{.serial = 9'999'999}, save("ann")}
    );
    const auto refused = bench.store().submit(writes);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::overloaded);
    CHECK(writes.size() == limits::kStoreQueueCommandsMax + 1);
    REQUIRE(bench.choose(BoxId::save(thread_id("t")), "bob", 1));
    CHECK(bench.recorder().times_settled(9'999'999) == 0);
    CHECK(bench.counts({thread_id("t")}).front().saves == 1);
}

TEST_CASE("store: stopping settles every accepted write, then refuses", "[contract]") {
    Bench bench;
    bench.make_thread("t");
    std::vector<Command> commands;
    for (int i = 0; i < 5000; ++i) commands.push_back(save("u" + std::to_string(i)));
    const auto serials = bench.submit(std::move(commands));
    bench.stop();
    for (const auto serial : serials) REQUIRE(bench.recorder().times_settled(serial) == 1);
    std::vector<Write> late{{Ticket{.serial = 5}, save("late")}};
    const auto refused = bench.store().submit(late);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::store_unavailable);
    CHECK(late.size() == 1);

    base::Result<std::vector<StoredCounts>> answer;
    bench.store().counts({thread_id("t")}, [&](auto result) { answer = std::move(result); });
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::store_unavailable);
}

TEST_CASE("store: a started store says that it is up", "[contract]") {
    Bench bench;
    bench.recorder().wait_for_health(true);
    CHECK(bench.recorder().health() == std::vector{true});
}
