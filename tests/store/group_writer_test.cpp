#include "store/group_writer.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <semaphore>
#include <thread>

#include "tests/store/recorder.hpp"

using namespace voxpop;
using namespace voxpop::domain;
using namespace std::chrono_literals;
using store::GroupCommitter;
using store::GroupWriter;
using store::Recorder;

namespace {

// Stores nothing; can be held in the middle of a commit, and can fail.
class StubCommitter final : public GroupCommitter {
  public:
    base::Result<void> commit_group(
        std::span<Write> group, std::vector<Settled>& settled, std::vector<Change>& changes
    ) override {
        entered_.release();
        gate_.acquire();
        for (const auto& write : group) settled.push_back({write.ticket, Stored{}});
        changes.push_back(ThreadChanged{});
        if (failing) return base::fail(base::ErrorCode::store_unavailable, "disk full");
        return {};
    }
    base::Result<void> recover() override {
        ++recoveries;
        if (failing) return base::fail(base::ErrorCode::store_unavailable);
        return {};
    }

    void wait_until_entered() { entered_.acquire(); }
    void let(std::ptrdiff_t groups) { gate_.release(groups); }

    std::atomic<bool> failing{false};
    std::atomic<int> recoveries{0};

  private:
    std::counting_semaphore<> entered_{0};
    std::counting_semaphore<> gate_{0};
};

constexpr std::ptrdiff_t kAlways = 1'000'000;

std::vector<Write> writes(std::uint64_t first, std::uint64_t last) {
    std::vector<Write> out;
    for (auto serial = first; serial <= last; ++serial) {
        Write& write = out.emplace_back();  // in place: moving one here misleads GCC 12
        write.ticket.serial = serial;
        write.command = AddCounts{};
    }
    return out;
}

base::Result<void> submit(GroupWriter& writer, std::uint64_t first, std::uint64_t last) {
    auto batch = writes(first, last);
    return writer.submit(batch);
}

}  // namespace

TEST_CASE("group writer: what arrives during a commit forms the next group", "[store]") {
    StubCommitter committer;
    Recorder recorder;
    GroupWriter writer(committer, {.linger = 0ms});
    writer.start(recorder);
    REQUIRE(submit(writer, 1, 1));
    committer.wait_until_entered();
    REQUIRE(submit(writer, 2, 4));
    REQUIRE(submit(writer, 5, 6));
    committer.let(kAlways);
    CHECK(recorder.wait_for(6));
    CHECK(recorder.group_sizes() == std::vector<std::size_t>{1, 5});
    CHECK(recorder.order() == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("group writer: a group holds no more than its limit", "[store]") {
    StubCommitter committer;
    Recorder recorder;
    GroupWriter writer(committer, {.group_commands_max = 4});
    writer.start(recorder);
    committer.let(kAlways);
    REQUIRE(submit(writer, 1, 10));
    CHECK(recorder.wait_for(10));
    CHECK(recorder.group_sizes() == std::vector<std::size_t>{4, 4, 2});
}

TEST_CASE("group writer: the bound counts what is accepted and not settled", "[store]") {
    StubCommitter committer;
    Recorder recorder;
    GroupWriter writer(committer, {.queue_commands_max = 5});
    writer.start(recorder);
    REQUIRE(submit(writer, 1, 3));
    committer.wait_until_entered();
    REQUIRE(submit(writer, 4, 5));
    auto refused = writes(6, 6);
    const auto result = writer.submit(refused);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == base::ErrorCode::overloaded);
    CHECK(refused.size() == 1);
    committer.let(kAlways);
    CHECK(recorder.wait_for(5));
}

TEST_CASE("group writer: a lone command after a lone command does not wait", "[store]") {
    StubCommitter committer;
    Recorder recorder;
    // A linger that no test would survive.
    GroupWriter writer(committer, {.linger = 24h});
    writer.start(recorder);
    committer.let(kAlways);
    for (std::uint64_t serial = 1; serial <= 20; ++serial) {
        REQUIRE(submit(writer, serial, serial));
        CHECK(recorder.wait_for(serial));
    }
}

TEST_CASE("group writer: after a large group it waits for half of it, not longer", "[store]") {
    StubCommitter committer;
    Recorder recorder;
    GroupWriter writer(committer, {.linger = 24h});
    writer.start(recorder);
    committer.let(kAlways);
    REQUIRE(submit(writer, 1, 8));
    CHECK(recorder.wait_for(8));
    REQUIRE(submit(writer, 9, 9));
    REQUIRE(submit(writer, 10, 11));
    REQUIRE(submit(writer, 12, 12));
    CHECK(recorder.wait_for(12));
    CHECK(recorder.group_sizes() == std::vector<std::size_t>{8, 4});
}

TEST_CASE("group writer: stopping does not wait for company, and settles everything", "[store]") {
    StubCommitter committer;
    Recorder recorder;
    GroupWriter writer(committer, {.linger = 24h});
    writer.start(recorder);
    committer.let(kAlways);
    REQUIRE(submit(writer, 1, 8));
    CHECK(recorder.wait_for(8));
    REQUIRE(submit(writer, 9, 9));
    writer.stop();
    CHECK(recorder.times_settled(9) == 1);
    CHECK(submit(writer, 10, 10).error().code == base::ErrorCode::store_unavailable);
    writer.stop();
}

TEST_CASE("group writer: a failed commit settles its group and what waits as errors", "[store]") {
    StubCommitter committer;
    Recorder recorder;
    GroupWriter writer(committer, {.retry_interval = 24h});
    writer.start(recorder);
    committer.failing = true;
    REQUIRE(submit(writer, 1, 2));
    committer.wait_until_entered();
    REQUIRE(submit(writer, 3, 3));
    committer.let(kAlways);
    for (const std::uint64_t serial : {1U, 2U, 3U}) {
        CHECK(recorder.wait_for(serial).error().code == base::ErrorCode::store_unavailable);
    }
    CHECK(recorder.changes().empty());
    CHECK(recorder.health() == std::vector{true, false});
    CHECK(submit(writer, 4, 4).error().code == base::ErrorCode::store_unavailable);
}

TEST_CASE("group writer: it takes writes again when the store has recovered", "[store]") {
    StubCommitter committer;
    Recorder recorder;
    GroupWriter writer(committer, {.retry_interval = 1ms});
    writer.start(recorder);
    committer.let(kAlways);
    committer.failing = true;
    REQUIRE(submit(writer, 1, 1));
    CHECK_FALSE(recorder.wait_for(1));
    while (committer.recoveries < 2) std::this_thread::yield();
    committer.failing = false;
    recorder.wait_for_health(true);
    while (!submit(writer, 2, 2)) std::this_thread::yield();
    CHECK(recorder.wait_for(2));
    CHECK(recorder.health() == std::vector{true, false, true});
    CHECK(recorder.gaps() == 1);
}

TEST_CASE("group writer: of each box only the newest change stays, in its place", "[store]") {
    const auto box = [](std::string_view poll, std::uint64_t version) {
        return BoxChanged{
            .box = BoxId::poll(*base::PollId::from(poll), 1), .tally = {.version = version}
        };
    };
    std::vector<Change> changes{
        box("a", 1), box("b", 1), PollChanged{}, box("a", 2), LogAppended{}
    };
    store::conflate_boxes(changes);
    REQUIRE(changes.size() == 4);
    CHECK(std::get<BoxChanged>(changes[0]).box.subject.view() == "b");
    CHECK(std::holds_alternative<PollChanged>(changes[1]));
    CHECK(std::get<BoxChanged>(changes[2]).tally.version == 2);
    CHECK(std::holds_alternative<LogAppended>(changes[3]));
}

TEST_CASE("group writer: a tally that comes late does not hide a newer one", "[store]") {
    const auto tally = [](std::uint64_t version) {
        return BoxChanged{
            .box = BoxId::poll(*base::PollId::from("a"), 1), .tally = {.version = version}
        };
    };
    std::vector<Change> changes{tally(1), tally(3), tally(3), tally(2)};
    store::conflate_boxes(changes);
    REQUIRE(changes.size() == 1);
    CHECK(std::get<BoxChanged>(changes[0]).tally.version == 3);
}
