#include "loadtest/conductor.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "loadtest/engine/worker.hpp"
#include "loadtest/settings.hpp"

namespace voxpop::load {

namespace {

constexpr auto kGlance = std::chrono::milliseconds(250);
constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr double kArrivalPatienceS = 20;  // beyond the schedule of arrivals

WorkerPlace place_of(unsigned index, const CrewSize& crew, std::uint64_t connections) {
    const unsigned workers = crew.workers();
    const std::uint64_t first = connections * index / workers;
    const std::uint64_t end = connections * (index + 1) / workers;
    return {index, workers, {first, end - first}, index % crew.threads_per_process == 0};
}

// The workers of this process, from `first` on, until they are done.
void run_threads(
    const Plan& plan, Board& board, const CrewSize& crew, unsigned first, int journal
) {
    std::vector<std::jthread> threads;
    for (unsigned i = first; i < first + crew.threads_per_process; ++i) {
        threads.emplace_back([&plan, &board, &crew, i, journal] {
            Worker(plan, place_of(i, crew, plan.connections()), board, journal).run();
        });
    }
}

// Workers in threads of this process, or each group of threads in a process of its own.
class Crew {
  public:
    Crew(const Plan& plan, Board& board, const CrewSize& size, int journal) {
        if (size.processes == 1) {
            thread_ = std::jthread([&plan, &board, size, journal] {
                run_threads(plan, board, size, 0, journal);
            });
            return;
        }
        for (unsigned p = 0; p < size.processes; ++p) {
            const pid_t pid = ::fork();
            if (pid == 0) {
                run_threads(plan, board, size, p * size.threads_per_process, journal);
                ::_exit(0);
            }
            if (pid > 0) children_.push_back(pid);
        }
    }

    // Waits for all; gives how many processes did not end well.
    unsigned join() {
        unsigned lost = 0;
        for (const pid_t pid : children_) {
            int status = 0;
            if (::waitpid(pid, &status, 0) != pid || status != 0) ++lost;
        }
        if (thread_.joinable()) thread_.join();
        return lost;
    }

  private:
    std::jthread thread_;
    std::vector<pid_t> children_;
};

class Conductor {
  public:
    Conductor(Plan& plan, Board& board, const ConductOptions& options)
        : plan_(plan), board_(board), options_(options) {}

    Conducted run();

  private:
    void arrive();
    void play();
    void drain();
    // Until `done` or the time is over, with a glance now and then.
    template <class Done>
    void wait(Phase phase, std::int64_t until_ns, Done done);
    void enter(Phase phase) { board_.head().phase.store(phase, std::memory_order_release); }
    [[nodiscard]] bool stop_asked() const { return options_.interrupted && options_.interrupted(); }

    Plan& plan_;
    Board& board_;
    const ConductOptions& options_;
    std::int64_t start_ns_ = 0;
    Conducted out_;
};

Conducted Conductor::run() {
    plan_.began_ns = now_ns();
    for (std::size_t i = 0; i < plan_.threads.size() && i < kSharedThreadsMax; ++i) {
        board_.head().newest_offset[i].store(
            plan_.threads[i].offset_before, std::memory_order_relaxed
        );
    }
    Crew crew(plan_, board_, options_.crew, options_.journal);
    arrive();
    if (out_.connected) {
        play();
        drain();
        if (options_.before_end) options_.before_end();
    }
    enter(Phase::finishing);
    out_.lost_processes = crew.join();
    if (options_.on_glance) options_.on_glance({Phase::finishing, now_ns(), start_ns_});
    return out_;
}

void Conductor::arrive() {
    if (plan_.arrivals_are_measured) {
        out_.connected = true;
        return;
    }
    const double patience = plan_.arrivals.total() / 1e3 + kArrivalPatienceS;
    const auto until = now_ns() + static_cast<std::int64_t>(patience * 1e9);
    wait(Phase::arriving, until, [&] { return board_.sum(Counter::ready) >= plan_.connections(); });
    out_.connected = board_.sum(Counter::open) > 0;
}

void Conductor::play() {
    out_.ready_at_start = board_.sum(Counter::ready);
    start_ns_ = now_ns();
    board_.head().start_ns.store(start_ns_, std::memory_order_relaxed);
    enter(Phase::running);
    const auto length = static_cast<std::int64_t>(plan_.duration_seconds * 1e9);
    wait(Phase::running, start_ns_ + length, [] { return false; });
    out_.seconds = static_cast<double>(now_ns() - start_ns_) / 1e9;
}

void Conductor::drain() {
    enter(Phase::draining);
    // A worker reports what it waits for every 50 ms; let each do so after its last command.
    const auto settled = now_ns() + kSecondNs / 4;
    const auto grace = static_cast<std::int64_t>(options_.grace_seconds * 1e9);
    wait(Phase::draining, settled + grace, [&] {
        return now_ns() > settled && board_.sum(Counter::outstanding) == 0 &&
               board_.sum(Counter::behind) == 0;
    });
    out_.connected = out_.connected && board_.sum(Counter::frames) > 0;
}

template <class Done>
void Conductor::wait(Phase phase, std::int64_t until_ns, Done done) {
    while (now_ns() < until_ns && !done()) {
        if (stop_asked()) {
            out_.interrupted = true;
            return;
        }
        if (options_.on_glance) options_.on_glance({phase, now_ns(), start_ns_});
        const auto rest = std::chrono::nanoseconds(std::max<std::int64_t>(0, until_ns - now_ns()));
        const auto step = phase == Phase::running ? kGlance : kGlance / 5;
        std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(rest, step));
    }
}

}  // namespace

CrewSize crew_size(
    unsigned cores, unsigned processes, std::uint64_t connections, std::uint64_t descriptors
) {
    const auto beside = std::min(kDescriptorsBeside, descriptors / 2);
    const auto most = std::clamp<std::uint64_t>(descriptors - beside, 1, kConnectionsPerProcess);
    const auto least =
        static_cast<unsigned>(std::max<std::uint64_t>(1, (connections + most - 1) / most));
    CrewSize size;
    size.processes = std::max(processes, least);
    size.threads_per_process = std::max(1U, (cores + size.processes - 1) / size.processes);
    return size;
}

Conducted conduct(Plan& plan, Board& board, const ConductOptions& options) {
    return Conductor(plan, board, options).run();
}

}  // namespace voxpop::load
