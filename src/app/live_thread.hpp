// What this node keeps in memory of a thread that somebody watches: its event stream, its counts
// and the reactions that moved since the last tick. Three channels read from it: thread:, counts:
// and reactions:.
//
// Changes may come twice, late or out of order: what is older than what is known changes nothing.
//
// Sans-IO: the publisher feeds it and asks it for news. The publisher's thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
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

    // The store's counts at `at`: they take the place of what was known, also where that was more.
    // A thread that does not exist yet counts zero. Viewers elsewhere are read only where none were
    // heard of: after an interruption other nodes may not have said theirs again yet.
    void load_counts(domain::StoredCounts counts, const domain::StreamPosition& at);

    [[nodiscard]] EventStream::Fed feed(const domain::LogAppended& appended, base::Time now);
    // A save box's or a reaction box's new tally.
    void feed(const domain::BoxChanged& changed);
    void feed(const domain::CountersMoved& moved);
    void feed(const domain::ViewersElsewhere& elsewhere);
    void set_viewers(std::size_t core, std::uint64_t viewers);

    // How many watch through this node, when the store should be told: when it has changed, but at
    // most once per kViewersInterval.
    [[nodiscard]] std::optional<std::uint64_t> take_own_viewers(base::Time now);
    [[nodiscard]] std::uint64_t told_viewers() const { return own_told_; }
    [[nodiscard]] std::uint64_t viewers_here() const { return counts_.viewers_here; }

    // Whether counts should be pushed at `now`: at once for what readers did, at most once per
    // kViewersInterval for viewers and views alone.
    [[nodiscard]] bool counts_are_due(base::Time now) const;
    // Marks the counts as pushed; gives them the next version.
    [[nodiscard]] const LiveCounts& publish_counts(base::Time now);
    [[nodiscard]] const LiveCounts& counts(base::Time now);
    // Whether there will be something to push or to tell the store without any further change.
    [[nodiscard]] bool waits() const {
        return counts_changed_ || viewers_changed_ || counts_.viewers_here != own_told_;
    }

    struct Reactions {
        base::CommentId comment;
        domain::Tally tally;
    };
    [[nodiscard]] std::vector<Reactions> take_reactions();
    [[nodiscard]] bool has_reactions() const { return !reactions_.empty(); }
    // Those that were taken last, kRecentReactionsMax at most: for who subscribes after them, with
    // a page that was read before them.
    [[nodiscard]] const std::vector<Reactions>& recent_reactions() const { return recent_; }
    // Whether some may have moved unheard since the last call: the store was read again.
    [[nodiscard]] bool take_reactions_missed() { return std::exchange(reactions_missed_, false); }

  private:
    void next_version(base::Time now);
    void feed_reaction(base::CommentId comment, const domain::Tally& tally);

    base::ThreadId id_;
    EventStream stream_;
    LiveCounts counts_;
    std::string counts_epoch_;         // the streams' when the counts were loaded
    std::uint64_t counts_offset_ = 0;  // the event that counts_.stored.comments includes last
    std::uint64_t saves_version_ = 0;  // the save box's tally that was heard last
    std::vector<std::uint64_t> viewers_by_core_;
    std::uint64_t own_told_ = 0;
    base::Time own_told_at_{};
    bool counts_changed_ = false;
    bool viewers_changed_ = false;  // or views
    base::Time counts_pushed_{};
    std::unordered_map<base::CommentId, domain::Tally> reactions_;
    std::vector<Reactions> recent_;  // oldest first, each comment once
    bool reactions_missed_ = false;
    // The newest tally's version of each reaction box heard of; forgets all when it is full, since
    // clients compare versions as well.
    std::unordered_map<base::CommentId, std::uint64_t> reaction_versions_;
};

// The data of reactions:<thread>: of one comment in a publication, of some in a subscribe reply.
[[nodiscard]] std::string reactions_data(std::span<const LiveThread::Reactions> reactions);

}  // namespace voxpop::app
