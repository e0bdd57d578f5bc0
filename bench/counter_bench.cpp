// A striped counter (a stripe per thread, about 1 ns) against one atomic that all threads share.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>

#include "base/striped_counter.hpp"

namespace {

voxpop::base::StripedCounter striped;
std::atomic<std::uint64_t> shared{0};

void striped_counter(benchmark::State& state) {
    const auto stripe = static_cast<std::size_t>(state.thread_index());
    for (auto _ : state) {
        striped.add(stripe);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(striped_counter)->Threads(1)->Threads(2);

void shared_atomic(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(shared.fetch_add(1, std::memory_order_relaxed));
}
BENCHMARK(shared_atomic)->Threads(1)->Threads(2);

}  // namespace

BENCHMARK_MAIN();
