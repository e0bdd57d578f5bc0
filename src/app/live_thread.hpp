// What this node keeps in memory of a thread that somebody watches: its event stream, its counts
// and the reactions that moved since the last tick. Three channels read from it: thread:, counts:
// and reactions:.
//
// Sans-IO: the publisher feeds it and asks it for news. The publisher's thread.
#pragma once

#include <unordered_map>
#include <vector>

#include "app/encode.hpp"
#include "app/event_stream.hpp"
#include "domain/queries.hpp"

namespace voxpop::app {

class LiveThread {
  public:
    LiveThread(base::ThreadId id, std::size_t cores)
        : id_(id), stream_(EventStream::thread_format()), viewers_by_core_(cores, 0) {}

    [[nodiscard]] const base::ThreadId& id() const { return id_; }
    [[nodiscard]] EventStream& stream() { return stream_; }

    // The store's counts at a moment when the stream had come to `offset`. A thread that does not
    // exist yet counts zero.
    void load_counts(const domain::StoredCounts& counts, std::uint64_t offset);

    [[nodiscard]] EventStream::Fed feed(const domain::LogAppended& appended, base::Time now);
    // A save box's or a reaction box's new tally.
    void feed(const domain::BoxChanged& changed);
    void set_viewers(std::size_t core, std::uint64_t viewers);

    // Whether counts should be pushed at `now`: at once for comments and saves, at most once per
    // kViewersInterval for viewers alone.
    [[nodiscard]] bool counts_are_due(base::Time now) const;
    // Marks the counts as pushed; gives them the next version.
    [[nodiscard]] const LiveCounts& publish_counts(base::Time now);
    [[nodiscard]] const LiveCounts& counts(base::Time now);
    [[nodiscard]] bool counts_wait() const { return counts_changed_ || viewers_changed_; }

    struct Reactions {
        base::CommentId comment;
        domain::Tally tally;
    };
    [[nodiscard]] std::vector<Reactions> take_reactions();
    [[nodiscard]] bool has_reactions() const { return !reactions_.empty(); }

  private:
    void next_version(base::Time now);

    base::ThreadId id_;
    EventStream stream_;
    LiveCounts counts_;
    std::uint64_t counts_offset_ = 0;  // the event that counts_.stored.comments includes last
    std::vector<std::uint64_t> viewers_by_core_;
    bool counts_changed_ = false;
    bool viewers_changed_ = false;
    base::Time counts_pushed_{};
    std::unordered_map<base::CommentId, domain::Tally> reactions_;
};

// The publication of reactions:<thread> for one comment.
[[nodiscard]] std::string reactions_publication(const LiveThread::Reactions& reactions);

}  // namespace voxpop::app
