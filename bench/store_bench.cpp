// Ballots through the SQLite store: how many a second, and how many a second of CPU time, when N of
// them are on their way at a time (so a commit holds about N).
//
//   bench_store [FOLDER]        the database goes into FOLDER (default: the current one), and is
//   removed
//
// New voters, one poll with two options, durable commits. The CPU time is that of the whole
// process, so it holds the submitting side and the observer, too.
#include <time.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace {

using namespace voxpop;

// Of the calling thread.
double cpu_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Counts outcomes, and lets the submitting side wait for them.
class Counter final : public domain::StoreObserver {
  public:
    void on_group(std::span<domain::Settled> settled, std::span<domain::Change>) override {
        {
            const std::lock_guard lock(mutex_);
            settled_ += settled.size();
            cpu_ = cpu_seconds();
            for (const auto& one : settled) failed_ += one.outcome ? 0U : 1U;
        }
        heard_.notify_one();
    }
    void on_health(bool, const std::string&) override {}

    void wait_for(std::uint64_t settled) {
        std::unique_lock lock(mutex_);
        heard_.wait(lock, [&] { return settled_ >= settled; });
    }
    // What the writer's thread had used when the newest outcomes came.
    [[nodiscard]] double writer_cpu() {
        const std::lock_guard lock(mutex_);
        return cpu_;
    }
    [[nodiscard]] std::uint64_t failed() const { return failed_; }

  private:
    std::mutex mutex_;
    std::condition_variable heard_;
    std::uint64_t settled_ = 0;
    std::uint64_t failed_ = 0;
    double cpu_ = 0;
};

domain::PutPoll make_poll() {
    domain::Poll poll{
        .id = base::PollId::from("demo").value(),
        .thread = base::ThreadId::from("demo").value(),
        .state = domain::PollState::open,
    };
    for (const auto* name : {"pro", "con"}) {
        poll.options.push_back({base::OptionId::from(name).value(), name});
    }
    return {.poll = std::move(poll)};
}

domain::Command vote(std::uint64_t number) {
    return domain::Choose{
        .box = domain::BoxId::poll(base::PollId::from("demo").value(), 1),
        .thread = base::ThreadId::from("demo").value(),
        // Ids come in no order: spread the numbers over the index as tokens' subjects would be.
        .voter = base::UserId::from("user-" + std::to_string(number * 0x9e3779b97f4a7c15U)).value(),
        .options = domain::OptionSet::of(number % 2),
        .at = base::from_millis(1'700'000'000'000),
    };
}

// Votes in batches of `at_a_time`, two on their way so that the writer never waits for the next.
void vote_many(
    domain::Store& store, Counter& counter, std::uint64_t votes, std::uint64_t at_a_time
) {
    std::vector<domain::Write> batch;
    std::uint64_t sent = 0;
    const std::uint64_t ahead = at_a_time == 1 ? 0 : at_a_time;
    while (sent < votes) {
        for (std::uint64_t i = 0; i < at_a_time; ++i) batch.push_back({{}, vote(++sent)});
        if (!store.submit(batch)) std::abort();                // far fewer than the queue holds
        if (sent > ahead) counter.wait_for(sent - ahead + 2);  // the thread and the poll
    }
    counter.wait_for(sent + 2);
}

struct Run {
    std::uint64_t at_a_time;
    std::uint64_t
        votes;  // into an empty box; the larger the index, the more pages a commit touches
};

// "result NAME VALUE UNIT", as ./dev bench collects them.
void print(const Run& run, const char* per, double value) {
    const auto name =
        std::to_string(run.votes) + "_votes_" + std::to_string(run.at_a_time) + "_at_a_time";
    std::printf("result %s %.0f per_%s\n", name.c_str(), value, per);
    std::fflush(stdout);
}

void measure(const std::filesystem::path& folder, const Run& run) {
    const auto [at_a_time, votes] = run;
    const auto file = folder / store::sqlite::kDatabaseFile;
    Counter counter;
    {
        store::SqliteStore store(file);
        store.start(counter);
        std::vector<domain::Write> definitions;
        definitions.push_back({{}, domain::PutThread{.thread = {.id = make_poll().poll.thread}}});
        definitions.push_back({{}, make_poll()});
        if (!store.submit(definitions)) std::abort();
        counter.wait_for(2);

        const auto cpu_before = counter.writer_cpu();
        const auto before = std::chrono::steady_clock::now();
        vote_many(store, counter, votes, at_a_time);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - before;
        const double cpu = counter.writer_cpu() - cpu_before;
        print(run, "wall_second", static_cast<double>(votes) / took.count());
        print(run, "writer_cpu_second", static_cast<double>(votes) / cpu);
        if (counter.failed() > 0) std::abort();
    }
    std::filesystem::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv) {
    const std::filesystem::path where = argc > 1 ? argv[1] : ".";
    for (const auto& run :
         {Run{1, 5'000}, Run{100, 200'000}, Run{1'000, 200'000}, Run{1'000, 1'000'000}}) {
        std::string folder = (where / "bench_store-XXXXXX").string();
        if (::mkdtemp(folder.data()) == nullptr) return std::perror("bench_store"), 1;
        measure(folder, run);
    }
    return 0;
}
