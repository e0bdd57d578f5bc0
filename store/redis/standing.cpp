#include "store/redis/standing.hpp"

#include "store/redis/function_call.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/pack.hpp"

namespace voxpop::store::redis {

Told told_of(const Acknowledged::Known& known, std::size_t boxes_max) {
    Told told{
        .event = known.event,
        .seq = known.seq,
        .comment = known.comment,
        .version = known.version,
        .counters = known.counters,
        .boxes = {}
    };
    for (const auto& box : known.boxes) {
        if (told.boxes.size() == boxes_max) break;
        told.boxes.emplace_back(box);
    }
    return told;
}

Command ask_standing(const base::ThreadId& thread, const Told& told) {
    auto call = function_ro("vp_standing", keys::thread(thread));
    call.arg(told.event.offset).arg(told.event.mark).arg(told.comment.str());
    for (const auto& [box, versions] : told.boxes) call.arg(box.str());
    return call;
}

std::optional<Standing> read_standing(const Told& told, std::string_view reply) {
    Unpacker in(reply);
    Standing standing{.offset = in.u64()};
    standing.seq = in.u64();
    standing.has_event = in.u64() != 0;
    standing.version = in.u64();
    for (auto& counter : standing.counters) counter = in.u64();
    for (std::size_t i = 0; i < told.boxes.size(); ++i) {
        auto& tally = standing.tallies.emplace_back();
        tally.version = in.u64();
        tally.lineage = static_cast<Lineage>(in.u64());
        tally.before = in.u64();
    }
    return in.ok() ? std::optional(std::move(standing)) : std::nullopt;
}

namespace {

bool lacks_events(const Standing& standing, const Told& told) {
    return standing.offset < told.event.offset || standing.seq < told.seq || !standing.has_event ||
           standing.version < told.version;
}

}  // namespace

bool has_less(const Standing& standing, const Told& told) {
    bool less = lacks_events(standing, told);
    for (std::size_t kind = 0; kind < domain::kCounterKinds; ++kind)
        less = less || standing.counters[kind] < told.counters[kind];
    for (std::size_t i = 0; i < told.boxes.size(); ++i)
        less = less || told.boxes[i].second.lost(standing.tallies[i]);
    return less;
}

void log_loss(
    base::Log& log, const base::ThreadId& thread, const Standing& standing, const Told& told
) {
    if (lacks_events(standing, told)) {
        log.error(
            "Redis has lost comments", {{"thread", thread.view()},
                                        {"had", told.event.offset},
                                        {"has", standing.offset},
                                        {"had_number", told.seq},
                                        {"has_number", standing.seq}}
        );
    }
    for (std::size_t i = 0; i < told.boxes.size(); ++i) {
        const auto& [box, versions] = told.boxes[i];
        const auto lost = versions.lost(standing.tallies[i]);
        if (!lost) continue;
        log.error(
            "Redis has lost ballots", {{"thread", thread.view()},
                                       {"box", box.str()},
                                       {"had_version", lost->had},
                                       {"has_version", lost->has}}
        );
    }
}

}  // namespace voxpop::store::redis
