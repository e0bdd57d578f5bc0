#include "store/verify_report.hpp"

#include <algorithm>
#include <utility>

namespace voxpop::store {
namespace {

using Check = VerifyReport::Check;

constexpr std::size_t kDifferencesToldMax = 100;  // of each check

std::string result_of(const Check& check) {
    if (check.different == 0) return ", no difference\n";
    auto out = ", " + std::to_string(check.different) + " differ";
    if (check.repaired > 0) out += ", " + std::to_string(check.repaired) + " repaired";
    return out + '\n';
}

std::string text_of(const Check& check) {
    auto out = "  " + check.what + ": " + std::to_string(check.checked) + " checked";
    out += result_of(check);
    for (const auto& difference : check.differences) out += "    " + difference + '\n';
    const auto untold =
        check.different - std::min<std::uint64_t>(check.different, check.differences.size());
    if (untold > 0 && check.differences.size() == kDifferencesToldMax) {
        out += "    and " + std::to_string(untold) + " more\n";
    }
    return out;
}

}  // namespace

void Check::tell(std::string difference) {
    ++different;
    if (differences.size() < kDifferencesToldMax) differences.push_back(std::move(difference));
}

bool VerifyReport::ok() const {
    return unreadable.empty() && !checks.empty() &&
           std::ranges::all_of(checks, [](const Check& check) {
               return check.different == check.repaired;
           });
}

std::string VerifyReport::text() const {
    std::string out = "verifying " + place + '\n';
    std::uint64_t left = 0;
    for (const auto& check : checks) {
        left += check.different - check.repaired;
        out += text_of(check);
    }
    if (!unreadable.empty()) return out + "not verified: " + unreadable + '\n';
    return out + (ok() ? "all is well\n" : std::to_string(left) + " differences\n");
}

}  // namespace voxpop::store
