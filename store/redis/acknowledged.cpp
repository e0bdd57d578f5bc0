#include "store/redis/acknowledged.hpp"

#include <algorithm>

namespace voxpop::store::redis {

using namespace domain;

void Acknowledged::note(const Change& change) {
    if (const auto* box = std::get_if<BoxChanged>(&change)) {
        auto& boxes = of(box->thread).boxes;
        const auto [at, created] = boxes.try_emplace(box->box, 0);
        if (created) ++boxes_;
        at->second = std::max(at->second, box->tally.version);
    } else if (const auto* poll = std::get_if<PollChanged>(&change)) {
        auto& boxes = of(poll->poll.thread).boxes;
        const auto [at, created] = boxes.try_emplace(poll->poll.box(), 0);
        if (created) ++boxes_;
        at->second = std::max(at->second, poll->tally.version);
    } else if (const auto* log = std::get_if<LogAppended>(&change)) {
        Known& known = of(log->record.comment.thread);
        known.offset = std::max(known.offset, log->record.offset);
        note_site(log->record.site_offset);
    } else if (const auto* counters = std::get_if<CountersMoved>(&change)) {
        Known& known = of(counters->thread);
        for (std::size_t kind = 0; kind < kCounterKinds; ++kind)
            known.counters[kind] = std::max(known.counters[kind], counters->counters[kind]);
    }
}

// Forgets others to stay within the bounds: whichever, because any of them would do to notice.
Acknowledged::Known& Acknowledged::of(const base::ThreadId& thread) {
    const auto known = threads_.find(thread);
    if (known != threads_.end() && boxes_ < bounds::kKnownBoxesMax) return known->second;
    while (!threads_.empty() &&
           (threads_.size() >= bounds::kKnownThreadsMax || boxes_ >= bounds::kKnownBoxesMax)) {
        boxes_ -= threads_.begin()->second.boxes.size();
        threads_.erase(threads_.begin());
    }
    return threads_[thread];
}

void Acknowledged::reset_offset(const base::ThreadId& thread, std::uint64_t offset) {
    const auto at = threads_.find(thread);
    if (at != threads_.end()) at->second.offset = offset;
}

void Acknowledged::forget_counters(const base::ThreadId& thread) {
    const auto at = threads_.find(thread);
    if (at != threads_.end()) at->second.counters = {};
}

}  // namespace voxpop::store::redis
