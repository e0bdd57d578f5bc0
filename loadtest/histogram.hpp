// Latency histograms with a bounded relative error, after Gil Tene's HDR histogram: exact below 512
// µs, then 256 cells for each doubling, so that a value is never reported more than 0.4 % too high.
// Cells of equal layout add up, over threads, processes and machines.
// Of our own, because Debian packages it for Java and Go only, and because these cells can lie in
// memory that processes share: nothing is ever sent or merged while a run goes on.
//
// SharedHistogram: one writer, any number of readers, also in memory that processes share.
// Histogram: a plain copy to add, subtract and ask.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace voxpop::load {

namespace cells {

inline constexpr unsigned kExactBits = 9;
inline constexpr unsigned kValueBits = 28;
inline constexpr std::uint64_t kExact = std::uint64_t{1} << kExactBits;
inline constexpr std::uint64_t kPerDoubling = kExact / 2;
inline constexpr std::uint64_t kValueMaxUs = (std::uint64_t{1} << kValueBits) - 1;  // 268 s
inline constexpr std::size_t kCount = kExact + (kValueBits - kExactBits) * kPerDoubling;

// The cell that counts `value_us`; values over kValueMaxUs share the last.
[[nodiscard]] constexpr std::size_t index_of(std::uint64_t value_us) {
    const std::uint64_t value = std::min(value_us, kValueMaxUs);
    if (value < kExact) return value;
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - kExactBits;
    return kExact + (shift - 1) * kPerDoubling + (value >> shift) - kPerDoubling;
}

// The greatest value that the cell counts.
[[nodiscard]] constexpr std::uint64_t highest_of(std::size_t cell) {
    if (cell < kExact) return cell;
    const std::uint64_t above = cell - kExact;
    const std::uint64_t shift = above / kPerDoubling + 1;
    return ((above % kPerDoubling + kPerDoubling + 1) << shift) - 1;
}

static_assert(index_of(kValueMaxUs) == kCount - 1);
static_assert(highest_of(kCount - 1) == kValueMaxUs);

}  // namespace cells

// The writer's side. Zeroed memory is an empty one.
class SharedHistogram {
  public:
    // One thread only.
    void record(std::uint64_t value_us) {
        bump(counts_[cells::index_of(value_us)], 1);
        bump(sum_us_, value_us);
        if (value_us > max_us_.load(std::memory_order_relaxed)) {
            max_us_.store(value_us, std::memory_order_relaxed);
        }
    }

  private:
    friend class Histogram;
    using Cell = std::atomic<std::uint64_t>;
    // A single writer needs no read-modify-write instruction.
    static void bump(Cell& cell, std::uint64_t by) {
        cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }

    std::array<Cell, cells::kCount> counts_;
    Cell sum_us_;
    Cell max_us_;
};

class Histogram {
  public:
    Histogram() : counts_(cells::kCount) {}

    void record(std::uint64_t value_us, std::uint64_t times = 1);
    void add(const Histogram& other);
    void add(const SharedHistogram& other);
    // What came since `earlier`, a former state of this. The greatest value is then that of a cell.
    [[nodiscard]] Histogram since(const Histogram& earlier) const;

    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::uint64_t max_us() const { return max_us_; }
    [[nodiscard]] double mean_us() const;
    // The least recorded value that `share` (0 to 1) of all values do not exceed, to 0.4 % and
    // never above the greatest; 0 when nothing was recorded.
    [[nodiscard]] std::uint64_t value_at(double share) const;

  private:
    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0;
    std::uint64_t sum_us_ = 0;
    std::uint64_t max_us_ = 0;
};

}  // namespace voxpop::load
