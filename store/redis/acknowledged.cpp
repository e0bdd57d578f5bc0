#include "store/redis/acknowledged.hpp"

#include <algorithm>

#include "store/redis/bounds.hpp"

namespace voxpop::store::redis {

using namespace domain;

namespace {

void advance(Acknowledged::Newest& newest, std::uint64_t offset, const LogRecord& record) {
    if (offset > newest.offset) newest = {.offset = offset, .mark = mark_of(record)};
}

}  // namespace

void Acknowledged::note(const base::ThreadId& thread, const BatchResult& result) {
    for (const auto& change : result.changes) note(change, result.lineage);
    note_seq(thread, result.seq);
}

void Acknowledged::note(const base::ThreadId& thread, const News& news) {
    for (const auto& change : news.changes)
        if (!std::holds_alternative<CountersMoved>(change)) note(change, news.lineage);
    note_seq(thread, news.seq);
}

void Acknowledged::note(const Change& change, Lineage lineage) {
    if (const auto* box = std::get_if<BoxChanged>(&change)) {
        told_of(box->thread, box->box).note(box->tally.version, lineage);
    } else if (const auto* poll = std::get_if<PollChanged>(&change)) {
        told_of(poll->poll.thread, poll->poll.box()).note(poll->tally.version, lineage);
    } else if (const auto* log = std::get_if<LogAppended>(&change)) {
        const auto& comment = log->record.comment;
        Known& known = of(comment.thread);
        advance(known.event, log->record.offset, log->record);
        known.comment = comment.id;
        known.version = comment.version;
        note_site(log->record);
    } else if (const auto* counters = std::get_if<CountersMoved>(&change)) {
        Known& known = of(counters->thread);
        for (std::size_t kind = 0; kind < kCounterKinds; ++kind)
            known.counters[kind] = std::max(known.counters[kind], counters->counters[kind]);
    }
}

void Acknowledged::note_seq(const base::ThreadId& thread, std::uint64_t seq) {
    if (seq == 0) return;  // no event among them
    Known& known = of(thread);
    known.seq = std::max(known.seq, seq);
}

ToldVersions& Acknowledged::told_of(const base::ThreadId& thread, const BoxId& box) {
    const auto [at, created] = of(thread).boxes.try_emplace(box);
    if (created) ++boxes_;
    return at->second;
}

void Acknowledged::note_site(const LogRecord& record) {
    advance(site_, record.site_offset, record);
}

Acknowledged::Known& Acknowledged::of(const base::ThreadId& thread) {
    if (const auto at = threads_.find(thread); at != threads_.end()) {
        order_.splice(order_.end(), order_, at->second.place);
        if (boxes_ < bounds::kKnownBoxesMax) return at->second;
    }
    make_room();
    const auto [at, created] = threads_.try_emplace(thread);
    if (created) at->second.place = order_.insert(order_.end(), thread);
    return at->second;
}

// Forgets those that were noted longest ago: what is lost, is lost from the end.
void Acknowledged::make_room() {
    while (threads_.size() >= bounds::kKnownThreadsMax || boxes_ >= bounds::kKnownBoxesMax) {
        const auto oldest = threads_.find(order_.front());
        boxes_ -= oldest->second.boxes.size();
        threads_.erase(oldest);
        order_.pop_front();
    }
}

void Acknowledged::reset_events(
    const base::ThreadId& thread, std::uint64_t offset, std::uint64_t seq
) {
    const auto at = threads_.find(thread);
    if (at == threads_.end()) return;
    Known& known = at->second;
    known.event = {.offset = offset, .mark = {}};
    known.seq = seq;
    known.comment = {};
    known.version = 0;
}

void Acknowledged::declare() {
    for (auto& [thread, known] : threads_) known.declared = true;
    site_declared_ = true;
}

void Acknowledged::forget_counters(const base::ThreadId& thread) {
    const auto at = threads_.find(thread);
    if (at != threads_.end()) at->second.counters = {};
}

}  // namespace voxpop::store::redis
