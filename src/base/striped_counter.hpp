// A counter that many threads increment without meeting: one cache line per stripe, each thread on
// its own. Reading sums the stripes and is exact once the writers have stopped; while they run it
// is a value that was true at some moment for each stripe. All operations are relaxed: the counter
// orders nothing but itself.
//
// A stripe has one writer (the core with that index), so adding is a plain load and store, about 1
// ns, not a locked instruction. Two threads must never use the same stripe.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace voxpop::base {

inline constexpr std::size_t kStripes = 64;  // cores and service threads of one process

class StripedCounter {
  public:
    // `stripe` < kStripes; the caller is the stripe's only writer.
    void add(std::size_t stripe, std::uint64_t n = 1) {
        auto& cell = cells_[stripe].value;
        cell.store(cell.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }

    // Any thread.
    [[nodiscard]] std::uint64_t sum() const {
        std::uint64_t total = 0;
        for (const auto& cell : cells_) total += cell.value.load(std::memory_order_relaxed);
        return total;
    }

  private:
    struct alignas(64) Cell {
        std::atomic<std::uint64_t> value{0};
    };
    std::array<Cell, kStripes> cells_{};
};

}  // namespace voxpop::base
