// How a benchmark says what it measured: lines that `./dev bench` gathers into its closing table.
#pragma once

#include <algorithm>
#include <cstdio>
#include <vector>

namespace voxpop::bench {

inline void result(const char* name, double value, const char* unit, int decimals = 0) {
    std::printf("result %s %.*f %s\n", name, decimals, value, unit);
    std::fflush(stdout);
}

// Of at least one value.
[[nodiscard]] inline double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace voxpop::bench
