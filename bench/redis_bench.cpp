// Votes on Redis against the vote function alone: how many a second are acknowledged by RedisStore,
// how many by a whole node to guests on WebSockets, and how many the function's calls reach from a
// pipelined C client that has them ready made. In turns against one redis-server, started here
// with the settings of production (appendonly, appendfsync everysec, or as the first argument
// says), over TCP on loopback.
//
//   bench_redis [always|everysec|no]
//
// The node shares its cores with Redis and with the guests' process, the others only with Redis: so
// beside its votes it says what it needed of a core.
//
// And how long a flush of 10,000 counters takes: one call each, one round trip.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>
#include <vector>

#include "bench/support/redis_pipeline.hpp"
#include "bench/support/report.hpp"
#include "bench/support/voters.hpp"
#include "bench/support/voxpop_process.hpp"
#include "store/redis/batch.hpp"
#include "store/redis/library.hpp"
#include "store/redis/redis_store.hpp"
#include "tests/store/redis/server_options.hpp"

namespace {

using namespace voxpop;
namespace redis = voxpop::store::redis;

constexpr std::uint64_t kVotes = 400'000;
constexpr std::uint64_t kSubmitted = 256;    // writes of one submit()
constexpr std::uint64_t kUnsettled = 8'192;  // writes on their way through the store
constexpr std::size_t kUnderWay = 8;  // calls of the yardstick: enough that Redis never waits
constexpr int kRounds = 5;
constexpr std::size_t kGuests = 200;
constexpr std::size_t kOutstanding = 16;  // votes of each
constexpr auto kNodeRound = std::chrono::seconds(2);
constexpr std::size_t kThreads = 10'000;

class Counter final : public domain::StoreObserver {
  public:
    void on_group(std::span<domain::Settled> settled, std::span<domain::Change>) override {
        {
            const std::lock_guard lock(mutex_);
            settled_ += settled.size();
            for (const auto& one : settled) failed_ += one.outcome ? 0U : 1U;
        }
        heard_.notify_one();
    }
    void on_health(bool, const std::string&) override {}

    void wait_for(std::uint64_t settled) {
        std::unique_lock lock(mutex_);
        heard_.wait(lock, [&] { return settled_ >= settled; });
        if (failed_ > 0) std::abort();
    }

  private:
    std::mutex mutex_;
    std::condition_variable heard_;
    std::uint64_t settled_ = 0;
    std::uint64_t failed_ = 0;
};

base::ThreadId thread_of(const std::string& name) {
    return base::ThreadId::from(name).value();
}

domain::PutPoll make_poll(const std::string& name) {
    domain::Poll poll{
        .id = base::PollId::from(name).value(),
        .thread = thread_of(name),
        .state = domain::PollState::open,
    };
    for (const auto* option : {"pro", "con"})
        poll.options.push_back({base::OptionId::from(option).value(), option});
    return {.poll = std::move(poll)};
}

domain::Write vote(const std::string& poll, std::uint64_t number) {
    return {
        {},
        domain::Choose{
            .box = domain::BoxId::poll(base::PollId::from(poll).value(), 1),
            .thread = thread_of(poll),
            // Ids come in no order, as tokens' subjects would.
            .voter =
                base::UserId::from("user-" + std::to_string(number * 0x9e3779b97f4a7c15U)).value(),
            .options = domain::OptionSet::of(number % 2),
            .at = base::from_millis(1'700'000'000'000),
        },
    };
}

class Bench {
  public:
    explicit Bench(const std::string& fsync)
        : server_({.append_only = true, .config = {"appendfsync " + fsync}}),
          store_(redis::options_for(server_)),
          node_(VOXPOP_BINARY, "redis://127.0.0.1:" + std::to_string(server_.port())) {
        store_.start(counter_);
    }
    ~Bench() { store_.stop(); }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    // Votes a second, into a poll of its own.
    double through_store(const std::string& poll) {
        define(poll);
        const auto begin = std::chrono::steady_clock::now();
        std::vector<domain::Write> batch;
        for (std::uint64_t sent = 0; sent < kVotes;) {
            for (std::uint64_t i = 0; i < kSubmitted; ++i) batch.push_back(vote(poll, ++sent));
            submit(batch);
            if (sent > kUnsettled) counter_.wait_for(accepted_ - kUnsettled);
        }
        counter_.wait_for(accepted_);
        return per_second(kVotes, begin);
    }

    struct NodeVotes {
        double per_second;
        double per_cpu_second;  // of the node's own
    };
    NodeVotes through_node() {
        bench::Voters guests(node_.port(), kGuests, kOutstanding);
        guests.run(std::chrono::milliseconds(500));  // warm-up
        const double before = node_.cpu_seconds();
        const auto votes = static_cast<double>(guests.run(kNodeRound));
        const double seconds = std::chrono::duration<double>(kNodeRound).count();
        return {votes / seconds, votes / (node_.cpu_seconds() - before)};
    }

    // The same votes in calls as large as the store's.
    double function_alone(const std::string& poll) {
        define(poll);
        const auto key = "vp:{" + poll + "}:thread";
        std::vector<std::string> calls;
        for (std::uint64_t sent = 0; sent < kVotes;) {
            redis::Batch call(thread_of(poll));
            while (!call.full() && sent < kVotes) call.add(vote(poll, ++sent));
            const auto number = calls.size() + 1;
            calls.push_back(bench::resp({
                "FCALL",
                redis::function_name("vp_write"),
                "1",
                key,
                "bench",
                std::to_string(number),
                std::to_string(number % kUnderWay),
                call.encode(),
            }));
        }
        bench::RedisPipeline pipeline(server_.port());
        const auto begin = std::chrono::steady_clock::now();
        pipeline.run(calls, kUnderWay);
        return per_second(kVotes, begin);
    }

    double flush_counters(std::uint64_t batch) {
        domain::AddCounts counts{.node_epoch = "bench", .batch = batch};
        for (std::size_t i = 0; i < kThreads; ++i)
            counts.deltas.push_back({thread_of("t" + std::to_string(i)), {1, 2, 3}});
        std::vector<domain::Write> writes;
        writes.push_back({{}, std::move(counts)});
        const auto begin = std::chrono::steady_clock::now();
        submit(writes);
        counter_.wait_for(accepted_);
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
            .count();
    }
    void make_threads() {
        std::vector<domain::Write> writes;
        for (std::size_t i = 0; i < kThreads; ++i)
            writes.push_back(
                {{}, domain::PutThread{.thread = {.id = thread_of("t" + std::to_string(i))}}}
            );
        submit(writes);
        counter_.wait_for(accepted_);
    }

  private:
    void define(const std::string& poll) {
        std::vector<domain::Write> writes;
        writes.push_back({{}, domain::PutThread{.thread = {.id = thread_of(poll)}}});
        writes.push_back({{}, make_poll(poll)});
        submit(writes);
        counter_.wait_for(accepted_);
    }
    void submit(std::vector<domain::Write>& writes) {
        accepted_ += writes.size();
        if (!store_.submit(writes)) std::abort();  // far fewer than the queue holds
    }
    static double per_second(std::uint64_t n, std::chrono::steady_clock::time_point begin) {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        return static_cast<double>(n) / took.count();
    }

    test::RedisServer server_;
    Counter counter_;
    redis::RedisStore store_;
    bench::VoxpopProcess node_;
    std::uint64_t accepted_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    using bench::median;
    using bench::result;
    Bench bench(argc > 1 ? argv[1] : "everysec");
    std::vector<double> store;
    std::vector<double> function;
    std::vector<double> node;
    std::vector<double> node_cpu;
    for (int round = 0; round < kRounds; ++round) {
        function.push_back(bench.function_alone("f" + std::to_string(round)));
        store.push_back(bench.through_store("s" + std::to_string(round)));
        const auto votes = bench.through_node();
        node.push_back(votes.per_second);
        node_cpu.push_back(votes.per_cpu_second);
    }
    const double yardstick = median(function);
    result("votes_of_the_function_alone", yardstick, "1/s");
    result("votes_through_store", median(store), "1/s");
    result("store_to_function(goal>=0.7)", median(store) / yardstick, "x", 2);
    result("votes_through_node", median(node), "1/s");
    result("votes_of_node_per_cpu_second", median(node_cpu), "1/s");
    result("node_to_function", median(node) / yardstick, "x", 2);
    bench.make_threads();
    std::vector<double> flushes;
    for (int round = 1; round <= kRounds; ++round)
        flushes.push_back(bench.flush_counters(static_cast<std::uint64_t>(round)));
    result("flush_of_10000_counters", median(flushes), "ms", 1);
}
