// What was settled is there after the process was killed, wherever it was.
//
// A child writes ballots and comments as fast as it can and tells through a pipe what was settled;
// it is killed in the middle. (That the disk's own cache survives a power cut is SQLite's and the
// disk's part.)
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>

#include "store/sqlite/verify.hpp"
#include "tests/store/sqlite_fixture.hpp"

using namespace voxpop;
using namespace voxpop::store;

namespace {

constexpr std::uint64_t kPerSubmit = 50;

// In the child: one eight-byte serial into the pipe for each write that was settled without an
// error.
class Journal final : public domain::StoreObserver {
  public:
    explicit Journal(int pipe) : pipe_(pipe) {}
    void on_group(std::span<domain::Settled> settled, std::span<domain::Change>) override {
        for (const auto& one : settled) {
            if (!one.outcome) continue;
            const auto serial = one.ticket.serial;
            if (::write(pipe_, &serial, sizeof serial) != sizeof serial) std::_Exit(3);
        }
    }
    void on_health(bool up, const std::string&) override {
        if (!up) std::_Exit(4);
    }

  private:
    int pipe_;
};

// Even serials vote, odd ones comment; the serial says who and what.
domain::Command command_of(std::uint64_t serial) {
    if (serial % 2 == 0) return vote(serial, serial / 2 % 2);
    return post(serial, serial > 1 ? 1 : 0);
}

[[noreturn]] void write_until_killed(const std::filesystem::path& file, int pipe) {
    Journal journal(pipe);
    SqliteStore store(file);
    store.start(journal);
    std::uint64_t serial = 1;
    std::vector<domain::Write> writes;
    while (true) {
        for (std::uint64_t i = 0; i < kPerSubmit; ++i, ++serial) {
            writes.push_back({{.serial = serial}, command_of(serial)});
        }
        while (!store.submit(writes)) std::this_thread::yield();  // the queue is full
    }
}

// Reads the journal up to `enough`, kills the child, reads the rest: the newest serial in it.
std::uint64_t newest_settled(int pipe, pid_t child, std::uint64_t enough) {
    std::uint64_t newest = 0;
    std::uint64_t serial = 0;
    bool killed = false;
    while (::read(pipe, &serial, sizeof serial) == sizeof serial) {
        REQUIRE(serial == newest + 1);  // settled in order, none left out
        newest = serial;
        if (killed || newest < enough) continue;
        ::kill(child, SIGKILL);
        killed = true;
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    return newest;
}

}  // namespace

TEST_CASE("sqlite: what was settled survives a kill in the middle of writing", "[store][crash]") {
    const auto enough = GENERATE(1U, 77U, 1'000U, 5'000U, 20'000U);
    SqliteFixture fixture;
    fixture.open_with_demo();
    fixture.close();

    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const pid_t child = ::fork();
    if (child == 0) write_until_killed(fixture.file(), ends[1]);
    ::close(ends[1]);
    const auto newest = newest_settled(ends[0], child, enough);
    ::close(ends[0]);
    REQUIRE(newest >= enough);

    const auto report = sqlite::verify(fixture.file());
    INFO(report.text());
    CHECK(report.ok());
    fixture.open();
    std::uint64_t ballots = 0;
    for (std::uint64_t serial = 2; serial <= newest; serial += 2) {
        const auto wanted = domain::OptionSet::of(serial / 2 % 2);
        if (fixture.ballots(voter(serial)).front() == wanted) ++ballots;
    }
    CHECK(ballots == newest / 2);
    const auto view = fixture.thread();
    CHECK(view.counts.comments >= (newest + 1) / 2);  // what was not told of yet may be there
    CHECK(view.position.offset == view.counts.comments);
    CHECK(view.polls.front().tally.voters >= ballots);
    CHECK(fixture.write(vote(1'000'000'000, 0)));  // and it goes on
}
