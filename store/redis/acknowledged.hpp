// What this node was told last, of as many threads and boxes as fit: by it a node notices that
// Redis has come back with less.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>

#include "store/redis/batch.hpp"
#include "store/redis/lineage.hpp"
#include "store/redis/news.hpp"

namespace voxpop::store::redis {

class Acknowledged {
  public:
    // The newest event of a stream. Its mark says whether what Redis has at that offset is still
    // the same event: after a loss the offset may have been given to another one.
    struct Newest {
        std::uint64_t offset = 0;
        std::string mark;  // as mark_of(); empty: not known
    };
    struct Known {
        Newest event;           // of the thread's public stream
        std::uint64_t seq = 0;  // the number of the newest event, public or not
        // Of one event: the comment, and the version that it gave to it.
        base::CommentId comment;
        std::uint32_t version = 0;
        domain::Counters counters{};
        std::unordered_map<domain::BoxId, ToldVersions> boxes;
        bool declared = false;
        std::list<base::ThreadId>::iterator place;  // Acknowledged's own
    };

    void note(const base::ThreadId& thread, const BatchResult& result);
    // Of another node. Counters are left out: the node that sent them may not have its answer, and
    // sends them again where they are lost.
    void note(const base::ThreadId& thread, const News& news);
    // A tally that it has is of `lineage`.
    void note(const domain::Change& change, Lineage lineage = Lineage::unknown);
    // An event of the site's stream.
    void note_site(const domain::LogRecord& record);

    [[nodiscard]] const std::unordered_map<base::ThreadId, Known>& threads() const {
        return threads_;
    }
    [[nodiscard]] const Newest& site() const { return site_; }
    // Redis has less: from here on, this much is known.
    void reset_events(const base::ThreadId& thread, std::uint64_t offset, std::uint64_t seq);
    void reset_site(std::uint64_t offset) { site_ = {.offset = offset, .mark = {}}; }
    void forget_counters(const base::ThreadId& thread);

    // Another node has begun a new epoch: what is found lost of all this is declared by it.
    void declare();
    // The server that has it was compared: what is found lost from now on is a new loss.
    void undeclare(const base::ThreadId& thread) { threads_.at(thread).declared = false; }
    void undeclare_site() { site_declared_ = false; }
    [[nodiscard]] bool is_declared(const base::ThreadId& thread) const {
        const auto at = threads_.find(thread);
        return at != threads_.end() && at->second.declared;
    }
    [[nodiscard]] bool is_site_declared() const { return site_declared_; }

  private:
    [[nodiscard]] Known& of(const base::ThreadId& thread);
    void note_seq(const base::ThreadId& thread, std::uint64_t seq);
    [[nodiscard]] ToldVersions& told_of(const base::ThreadId& thread, const domain::BoxId& box);
    void make_room();

    std::unordered_map<base::ThreadId, Known> threads_;
    std::list<base::ThreadId> order_;  // the one that was noted last is the last
    std::size_t boxes_ = 0;
    Newest site_;
    bool site_declared_ = false;
};

}  // namespace voxpop::store::redis
