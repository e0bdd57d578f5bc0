#include "store/redis/standing.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "store/redis/bounds.hpp"
#include "store/redis/function_call.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/pack.hpp"

namespace voxpop::store::redis {

namespace {

Told told_without_boxes(const Acknowledged::Known& known) {
    return {
        .event = known.event,
        .seq = known.seq,
        .comment = known.comment,
        .version = known.version,
        .counters = known.counters,
        .boxes = {}
    };
}

}  // namespace

Told told_of(const Acknowledged::Known& known) {
    auto told = told_without_boxes(known);
    told.boxes.assign(known.boxes.begin(), known.boxes.end());
    return told;
}

Told told_of(const Acknowledged::Known& known, std::size_t look) {
    auto told = told_without_boxes(known);
    const auto boxes = known.boxes.size();
    const auto parts = (boxes + bounds::kLookBoxesMax - 1) / bounds::kLookBoxesMax;
    if (parts == 0) return told;
    const auto first = look % parts * bounds::kLookBoxesMax;
    const auto count = std::min(bounds::kLookBoxesMax, boxes - first);
    auto box = std::next(known.boxes.begin(), static_cast<std::ptrdiff_t>(first));
    for (std::size_t i = 0; i < count; ++i) told.boxes.emplace_back(*box++);
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
    base::Log& log, const base::ThreadId& thread, const Standing& standing, const Told& told,
    std::size_t& losses
) {
    if (lacks_events(standing, told) && ++losses <= bounds::kLossLinesMax) {
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
        if (!lost || ++losses > bounds::kLossLinesMax) continue;
        log.error(
            "Redis has lost ballots", {{"thread", thread.view()},
                                       {"box", box.str()},
                                       {"had_version", lost->had},
                                       {"has_version", lost->has}}
        );
    }
}

void log_more_losses(base::Log& log, std::size_t losses) {
    if (losses <= bounds::kLossLinesMax) return;
    log.error(
        "Redis has lost more comments and ballots than the lines before say",
        {{"lost", losses}, {"left_out", losses - bounds::kLossLinesMax}}
    );
}

}  // namespace voxpop::store::redis
