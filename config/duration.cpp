#include "config/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace voxpop::config {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t millis;
};
constexpr std::array<Unit, 4> kUnits{{{"h", 3'600'000}, {"min", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t kHoursMax = 1'000LL * 366 * 24;

}  // namespace

std::optional<base::Millis> parse_duration(std::string_view text) {
    std::int64_t count = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, count);
    if (error != std::errc{} || count < 0) return std::nullopt;
    const std::string_view name(end, static_cast<std::size_t>(last - end));
    for (const auto& unit : kUnits) {
        if (name != unit.name) continue;
        if (count > kHoursMax * kUnits.front().millis / unit.millis) return std::nullopt;
        return base::Millis(count * unit.millis);
    }
    return std::nullopt;
}

std::string to_string(base::Millis duration) {
    if (duration.count() == 0) return "0s";
    for (const auto& unit : kUnits) {
        if (duration.count() % unit.millis == 0)
            return std::to_string(duration.count() / unit.millis).append(unit.name);
    }
    return {};  // not reached: everything divides by a millisecond
}

}  // namespace voxpop::config
