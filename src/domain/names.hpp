// Tables of an enum's values and their names on the wire and in stores: one table serves both
// directions, so that they cannot part. Names are stored: once released, they stay.
#pragma once

#include <array>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace voxpop::domain {

template <class Enum>
struct Named {
    Enum value;
    std::string_view name;
};

// The name of `value`, which must be in the table.
template <class Enum, std::size_t N>
[[nodiscard]] constexpr std::string_view name_in(
    const std::array<Named<Enum>, N>& table, Enum value
) {
    for (const auto& row : table) {
        if (row.value == value) return row.name;
    }
    std::abort();  // a value outside the enum: memory is broken
}

// The value called `name`; nothing when there is none.
template <class Enum, std::size_t N>
[[nodiscard]] constexpr std::optional<Enum> value_in(
    const std::array<Named<Enum>, N>& table, std::string_view name
) {
    for (const auto& row : table) {
        if (row.name == name) return row.value;
    }
    return std::nullopt;
}

}  // namespace voxpop::domain
