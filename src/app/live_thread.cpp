#include "app/live_thread.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/limits.hpp"

namespace voxpop::app {
namespace {

constexpr std::size_t kReactionVersionsMax = 4'096;
constexpr std::size_t kRecentReactionsMax = 32;

}  // namespace

void LiveThread::load_counts(domain::StoredCounts counts, const domain::StreamPosition& at) {
    const auto heard = counts_.stored.viewers_elsewhere;
    if (heard > 0) counts.viewers_elsewhere = heard;
    counts_changed_ = counts_changed_ || counts_.stored != counts;
    counts_.stored = counts;
    counts_offset_ = at.offset;
    saves_version_ = counts.saves_version;
    reactions_missed_ = !counts_epoch_.empty();  // nobody follows before the first reading
    if (at.epoch == counts_epoch_) return;
    counts_epoch_ = at.epoch;
    reaction_versions_.clear();
    recent_.clear();
}

EventStream::Fed LiveThread::feed(const domain::LogAppended& appended, base::Time now) {
    const auto fed = stream_.feed(appended.record, now);
    // After a gap the thread is read again, counts and all.
    if (fed == EventStream::Fed::gap || appended.record.offset <= counts_offset_) return fed;
    counts_offset_ = appended.record.offset;
    counts_.stored.comments = appended.counts.comments;
    counts_changed_ = true;
    return fed;
}

void LiveThread::feed(const domain::BoxChanged& changed) {
    const auto& tally = changed.tally;
    if (changed.box.kind == domain::BoxKind::save) {
        if (tally.version <= saves_version_) return;
        saves_version_ = tally.version;
        counts_.stored.saves = tally.voters;
        counts_changed_ = true;
        return;
    }
    const auto comment = base::CommentId::from(changed.box.subject.view());
    if (changed.box.kind == domain::BoxKind::reaction && comment) feed_reaction(*comment, tally);
}

void LiveThread::feed_reaction(base::CommentId comment, const domain::Tally& tally) {
    if (reaction_versions_.size() >= kReactionVersionsMax) reaction_versions_.clear();
    auto& newest = reaction_versions_[comment];
    if (tally.version <= newest) return;
    newest = tally.version;
    reactions_[comment] = tally;
}

// Counters only grow, so the greater one is the later one.
void LiveThread::feed(const domain::CountersMoved& moved) {
    auto& known = counts_.stored.counters;
    for (std::size_t kind = 0; kind < known.size(); ++kind) {
        if (moved.counters[kind] <= known[kind]) continue;
        known[kind] = moved.counters[kind];
        const bool view = kind == static_cast<std::size_t>(domain::CounterKind::view);
        (view ? viewers_changed_ : counts_changed_) = true;
    }
}

void LiveThread::feed(const domain::ViewersElsewhere& elsewhere) {
    auto& known = counts_.stored.viewers_elsewhere;
    if (std::exchange(known, elsewhere.viewers) != elsewhere.viewers) viewers_changed_ = true;
}

void LiveThread::set_viewers(std::size_t core, std::uint64_t viewers) {
    viewers_by_core_[core] = viewers;
    const auto sum =
        std::accumulate(viewers_by_core_.begin(), viewers_by_core_.end(), std::uint64_t{0});
    if (std::exchange(counts_.viewers_here, sum) != sum) viewers_changed_ = true;
}

std::optional<std::uint64_t> LiveThread::take_own_viewers(base::Time now) {
    const bool due = now >= own_told_at_ + base::limits::kViewersInterval;
    if (!due || counts_.viewers_here == own_told_) return std::nullopt;
    own_told_ = counts_.viewers_here;
    own_told_at_ = now;
    return own_told_;
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
    if (counts_changed_ || viewers_changed_ || counts_.version == 0) next_version(now);
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
    std::erase_if(recent_, [this](const auto& one) { return reactions_.contains(one.comment); });
    recent_.insert(recent_.end(), out.begin(), out.end());
    if (recent_.size() > kRecentReactionsMax) {
        recent_.erase(recent_.begin(), recent_.end() - kRecentReactionsMax);
    }
    reactions_.clear();
    return out;
}

std::string reactions_data(std::span<const LiveThread::Reactions> reactions) {
    base::JsonWriter out;
    out.object().key("comments").object();
    for (const auto& [comment, tally] : reactions) {
        out.key(comment.str())
            .object()
            .field("version", tally.version)
            .field("likes", tally.counts[kLike])
            .field("dislikes", tally.counts[kDislike])
            .end();
    }
    out.end().end();
    return out.take();
}

}  // namespace voxpop::app
