#include "store/redis/lineage.hpp"

#include <algorithm>

namespace voxpop::store::redis {

void ToldVersions::note(std::uint64_t version, Lineage lineage) {
    const auto same = std::ranges::find(told_, lineage, &Newest::lineage);
    Newest& newest =
        same != told_.end() ? *same : *std::ranges::min_element(told_, {}, &Newest::version);
    if (version > newest.version) newest = {.version = version, .lineage = lineage};
}

std::optional<LostVersions> ToldVersions::lost(const TallyStanding& standing) const {
    std::optional<LostVersions> lost;
    for (const auto& [version, lineage] : told_) {
        const bool lower = standing.version < version;
        const bool known = lineage != Lineage::unknown && standing.lineage != Lineage::unknown;
        const bool elsewhere = known && standing.lineage != lineage;
        if (!lower && !(elsewhere && standing.before < version)) continue;
        if (!lost || lost->had < version)
            lost = {.had = version, .has = lower ? standing.version : standing.before};
    }
    return lost;
}

}  // namespace voxpop::store::redis
