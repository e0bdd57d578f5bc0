#include "loadtest/histogram.hpp"

#include <cmath>

namespace voxpop::load {

void Histogram::record(std::uint64_t value_us, std::uint64_t times) {
    counts_[cells::index_of(value_us)] += times;
    count_ += times;
    sum_us_ += value_us * times;
    max_us_ = std::max(max_us_, value_us);
}

void Histogram::add(const Histogram& other) {
    for (std::size_t i = 0; i < cells::kCount; ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    sum_us_ += other.sum_us_;
    max_us_ = std::max(max_us_, other.max_us_);
}

void Histogram::add(const SharedHistogram& other) {
    for (std::size_t i = 0; i < cells::kCount; ++i) {
        const auto n = other.counts_[i].load(std::memory_order_relaxed);
        counts_[i] += n;
        count_ += n;
    }
    sum_us_ += other.sum_us_.load(std::memory_order_relaxed);
    max_us_ = std::max(max_us_, other.max_us_.load(std::memory_order_relaxed));
}

Histogram Histogram::since(const Histogram& earlier) const {
    Histogram rest;
    for (std::size_t i = 0; i < cells::kCount; ++i) {
        const auto n = counts_[i] - earlier.counts_[i];
        if (n == 0) continue;
        rest.counts_[i] = n;
        rest.count_ += n;
        rest.max_us_ = std::min(cells::highest_of(i), max_us_);
    }
    rest.sum_us_ = sum_us_ - earlier.sum_us_;
    return rest;
}

double Histogram::mean_us() const {
    return count_ == 0 ? 0 : static_cast<double>(sum_us_) / static_cast<double>(count_);
}

std::uint64_t Histogram::value_at(double share) const {
    if (count_ == 0) return 0;
    const double wanted = std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_));
    const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < cells::kCount; ++i) {
        seen += counts_[i];
        if (seen >= rank) return std::min(cells::highest_of(i), max_us_);
    }
    return max_us_;
}

}  // namespace voxpop::load
