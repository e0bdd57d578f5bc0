// A batch: commands of one thread that go to Redis as one call of vp_write, and the reading of what
// comes back. Pure: no I/O.
//
// Votes into one box are packed as a run, which the function reads and writes at once; between two
// other commands a box has one run, however the votes for several boxes were mixed. Outcomes are in
// the order of the commands all the same.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/commands.hpp"
#include "store/redis/codec.hpp"
#include "store/redis/lineage.hpp"

namespace voxpop::store::redis {

// An AddCounts is split by thread; what its pieces share. The last one to be done settles it.
struct Counting {
    domain::Ticket ticket;
    std::size_t pieces = 0;
    base::Result<void> outcome;  // the first error of a piece
};

// An event that the site's stream must get, numbered in its thread.
struct SiteEntry {
    std::uint64_t seq = 0;
    std::string bytes;
    std::size_t change = 0;  // index in BatchResult::changes of what was observed of it
};

struct BatchResult {
    std::vector<domain::Settled> settled;
    std::vector<domain::Change> changes;
    std::vector<SiteEntry> site;         // ascending
    std::uint64_t seq = 0;               // of the last of them
    Lineage lineage = Lineage::unknown;  // of all tallies among the changes
};

class Batch {
  public:
    explicit Batch(base::ThreadId thread) : thread_(thread) {}

    // Not of AddCounts.
    void add(domain::Write&& write);
    void add_counts(
        const std::shared_ptr<Counting>& counting, const domain::AddCounts& command,
        const domain::CounterDelta& delta
    );

    [[nodiscard]] const base::ThreadId& thread() const { return thread_; }
    [[nodiscard]] std::size_t commands() const { return items_.size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] bool full() const;

    // Polls that are put, and comments that are new here: they must be known to belong to this
    // thread before the batch is sent.
    struct PollPut {
        std::size_t item;
        base::PollId poll;
        std::uint32_t version;  // that it will have
        bool timed;             // whether time will move it
    };
    struct NewComment {
        std::size_t item;
        base::CommentId comment;
    };
    [[nodiscard]] const std::vector<PollPut>& polls() const { return polls_; }
    [[nodiscard]] const std::vector<NewComment>& new_comments() const { return new_comments_; }
    [[nodiscard]] bool appends() const { return appends_; }
    // Nothing but counters, which nobody was promised.
    [[nodiscard]] bool only_counts() const;
    // Takes a poll's or comment's command out: its outcome is `error`.
    void refuse(std::size_t item, base::Error error);

    // The commands as vp_write takes them. Empty when all were refused.
    [[nodiscard]] std::string encode() const;

    // What `reply` says became of each command; nothing when it is not an answer to this batch.
    [[nodiscard]] std::optional<BatchResult> read(std::string_view reply);
    // Every command failed.
    [[nodiscard]] BatchResult fail(const base::Error& error);

  private:
    enum class Kind : std::uint8_t { choose = 1, append, put_thread, put_poll, add_counts, recall };
    struct Item {
        domain::Ticket ticket;
        domain::OptionSet wanted;                  // of a vote
        std::unique_ptr<domain::Command> command;  // of another write
        std::shared_ptr<Counting> counting;        // of counters
        std::optional<base::Error> refused;
    };
    struct Section {
        Kind kind = Kind::choose;
        domain::BoxId box;  // of a run
        std::string bytes;
        std::vector<std::uint32_t> items;  // one, or those of a run
    };
    struct Reading;

    Section& run_for(const domain::BoxId& box);
    void add_vote(const domain::Ticket& ticket, const domain::Choose& vote);
    void add_single(Kind kind, Item item, std::string bytes);
    void read_run(const Section& section, Reading& reading);
    [[nodiscard]] domain::Outcome read_append(const domain::Append& command, Reading& reading);
    [[nodiscard]] domain::Outcome read_recall(const domain::Recall& command, Reading& reading);
    [[nodiscard]] domain::Outcome read_put_thread(const domain::PutThread& put, Reading& reading);
    [[nodiscard]] domain::Outcome read_put_poll(const domain::PutPoll& put, Reading& reading);
    void read_counters(Reading& reading);
    void settle(Item& item, domain::Outcome outcome, std::vector<domain::Settled>& settled);

    base::ThreadId thread_;
    std::vector<Item> items_;
    std::vector<Section> sections_;
    std::size_t group_begin_ = 0;  // the first section behind the last that is not a run
    std::size_t last_run_ = 0;
    std::size_t bytes_ = 0;
    bool appends_ = false;
    std::vector<PollPut> polls_;
    std::vector<NewComment> new_comments_;
};

}  // namespace voxpop::store::redis
