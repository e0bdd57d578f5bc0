#include "app/live_thread.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/limits.hpp"

namespace voxpop::app {

void LiveThread::load_counts(const domain::StoredCounts& counts, std::uint64_t offset) {
    counts_changed_ = counts_changed_ || counts_.stored != counts;
    counts_.stored = counts;
    counts_offset_ = offset;
}

EventStream::Fed LiveThread::feed(const domain::LogAppended& appended, base::Time now) {
    if (appended.record.offset > counts_offset_) {
        counts_offset_ = appended.record.offset;
        counts_.stored.comments = appended.counts.comments;
        counts_changed_ = true;
    }
    return stream_.feed(appended.record, now);
}

void LiveThread::feed(const domain::BoxChanged& changed) {
    if (changed.box.kind == domain::BoxKind::save) {
        counts_.stored.saves = changed.tally.voters;
        counts_changed_ = true;
        return;
    }
    const auto comment = base::CommentId::from(changed.box.subject.view());
    if (changed.box.kind == domain::BoxKind::reaction && comment) {
        reactions_[*comment] = changed.tally;
    }
}

void LiveThread::set_viewers(std::size_t core, std::uint64_t viewers) {
    viewers_by_core_[core] = viewers;
    const auto sum =
        std::accumulate(viewers_by_core_.begin(), viewers_by_core_.end(), std::uint64_t{0});
    if (sum == counts_.viewers) return;
    counts_.viewers = sum;
    viewers_changed_ = true;
}

bool LiveThread::counts_are_due(base::Time now) const {
    if (counts_changed_) return true;
    return viewers_changed_ && now >= counts_pushed_ + base::limits::kViewersInterval;
}

const LiveCounts& LiveThread::publish_counts(base::Time now) {
    counts_changed_ = false;
    viewers_changed_ = false;
    counts_pushed_ = now;
    next_version(now);
    return counts_;
}

const LiveCounts& LiveThread::counts(base::Time now) {
    if (counts_wait() || counts_.version == 0) next_version(now);
    return counts_;
}

// Viewers belong to no store, so the store's versions cannot order these values. Milliseconds can,
// over restarts as well, as long as they never stand still.
void LiveThread::next_version(base::Time now) {
    const auto ms = static_cast<std::uint64_t>(base::to_millis(now));
    counts_.version = std::max(counts_.version + 1, ms);
}

std::vector<LiveThread::Reactions> LiveThread::take_reactions() {
    std::vector<Reactions> out;
    out.reserve(reactions_.size());
    for (const auto& [comment, tally] : reactions_) out.push_back({comment, tally});
    reactions_.clear();
    return out;
}

std::string reactions_publication(const LiveThread::Reactions& reactions) {
    base::JsonWriter out;
    out.object().key("comments").object().key(reactions.comment.str()).object();
    out.field("version", reactions.tally.version)
        .field("likes", reactions.tally.counts[kLike])
        .field("dislikes", reactions.tally.counts[kDislike]);
    out.end().end().end();
    return out.take();
}

}  // namespace voxpop::app
