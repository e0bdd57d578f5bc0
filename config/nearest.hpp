// "Did you mean …": the known name that is most like a mistyped one.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace voxpop::config {

// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (Damerau's
// distance, restricted).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The closest of `known`, the first of equals; empty only when `known` is.
[[nodiscard]] std::string_view nearest(
    std::string_view name, const std::vector<std::string_view>& known
);

}  // namespace voxpop::config
