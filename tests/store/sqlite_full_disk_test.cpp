// A disk that refuses writes: the store is away, says so, loses nothing, and comes back by itself.
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "store/sqlite/verify.hpp"
#include "tests/store/sqlite_fixture.hpp"

using namespace voxpop;
using namespace voxpop::store;
using namespace std::chrono_literals;

namespace {

// While it lives no file of this process grows beyond `bytes`: what a full disk does, without one.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit limit = before_;
        limit.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    rlimit before_{};
    void (*handler_)(int);
};

constexpr rlim_t kSmall = 512 * 1024;

SqliteStore::Options impatient() {
    SqliteStore::Options options;
    options.writer.retry_interval = 5ms;
    return options;
}

// Posts comments with long texts until one is refused; gives how many were taken.
std::uint64_t fill(SqliteFixture& fixture, base::Error& refusal) {
    for (std::uint64_t number = 1;; ++number) {
        const auto outcome = fixture.write(post(number, 0, std::string(8'000, 'x')));
        if (outcome) continue;
        refusal = outcome.error();
        return number - 1;
    }
}

}  // namespace

TEST_CASE("sqlite: a full disk makes the store away, and it recovers by itself", "[store]") {
    SqliteFixture fixture(impatient());
    fixture.open_with_demo();
    std::uint64_t taken = 0;
    {
        const FileSizeLimit limit(kSmall);
        base::Error refusal;
        taken = fill(fixture, refusal);
        CHECK(refusal.code == base::ErrorCode::store_unavailable);
        fixture.recorder().wait_for_health(false);
        CHECK(fixture.thread().counts.comments == taken);  // reading goes on
    }
    // A probe is small, so it may have got through while the disk was nearly full; now it must.
    fixture.recorder().wait_for_health(true);
    while (!fixture.write(post(taken + 1))) std::this_thread::yield();

    const auto view = fixture.thread();
    CHECK(view.counts.comments == taken + 1);
    CHECK(view.position.offset == taken + 1);
    fixture.close();
    const auto report = sqlite::verify(fixture.file());
    INFO(report.text());
    CHECK(report.ok());
}

TEST_CASE("sqlite: tallies in memory fall back to what is stored when a commit fails", "[store]") {
    SqliteFixture fixture(impatient());
    fixture.open_with_demo();
    REQUIRE(fixture.write(vote(1, 0)));
    const auto before = fixture.thread().polls.front().tally;
    {
        const FileSizeLimit limit(1);  // not one more page
        const auto refused = fixture.write(vote(2, 0));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == base::ErrorCode::store_unavailable);
    }
    fixture.recorder().wait_for_health(true);
    CHECK(fixture.thread().polls.front().tally == before);
    auto settled = fixture.write(vote(3, 0));
    while (!settled) settled = fixture.write(vote(3, 0));
    const auto& tally = std::get<domain::Chosen>(*settled).tally;
    CHECK(tally.voters == 2);
    CHECK(tally.version == before.version + 1);
}
