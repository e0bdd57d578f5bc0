#include "store/redis/standing.hpp"

#include "store/redis/function_call.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/pack.hpp"

namespace voxpop::store::redis {

Told told_of(const Acknowledged::Known& known, std::size_t boxes_max) {
    Told told{.offset = known.offset, .counters = known.counters, .boxes = {}};
    for (const auto& box : known.boxes) {
        if (told.boxes.size() == boxes_max) break;
        told.boxes.emplace_back(box);
    }
    return told;
}

Command ask_standing(const base::ThreadId& thread, const Told& told) {
    auto call = function_ro("vp_standing", keys::thread(thread));
    for (const auto& [box, version] : told.boxes) call.arg(box.str());
    return call;
}

std::optional<Standing> read_standing(const Told& told, std::string_view reply) {
    Unpacker in(reply);
    Standing standing{.offset = in.u64()};
    for (auto& counter : standing.counters) counter = in.u64();
    for (std::size_t i = 0; i < told.boxes.size(); ++i) standing.versions.push_back(in.u64());
    return in.ok() ? std::optional(std::move(standing)) : std::nullopt;
}

bool has_less(const Standing& standing, const Told& told) {
    bool less = standing.offset < told.offset;
    for (std::size_t kind = 0; kind < domain::kCounterKinds; ++kind)
        less = less || standing.counters[kind] < told.counters[kind];
    for (std::size_t i = 0; i < told.boxes.size(); ++i)
        less = less || standing.versions[i] < told.boxes[i].second;
    return less;
}

void log_loss(
    base::Log& log, const base::ThreadId& thread, const Standing& standing, const Told& told
) {
    if (standing.offset < told.offset) {
        log.error(
            "Redis has lost comments",
            {{"thread", thread.view()}, {"had", told.offset}, {"has", standing.offset}}
        );
    }
    for (std::size_t i = 0; i < told.boxes.size(); ++i) {
        const auto& [box, had] = told.boxes[i];
        if (standing.versions[i] >= had) continue;
        log.error(
            "Redis has lost ballots", {{"thread", thread.view()},
                                       {"box", box.str()},
                                       {"had_version", had},
                                       {"has_version", standing.versions[i]}}
        );
    }
}

}  // namespace voxpop::store::redis
