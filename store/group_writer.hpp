// The write side that every store with local group commit shares: a bounded queue, one thread,
// groups.
//
// submit() appends to the queue; the thread takes what is there (at most group_commands_max), has
// the store commit it as one durable step, and hands outcomes and changes to the observer. While a
// commit runs the next group gathers by itself, so load makes groups larger, not slower. A lone
// command never waits: the thread lingers only when the group before had several commands, so that
// those whose senders have just got their answer can join this one.
//
// While the store is down (a commit failed), submit() answers store_unavailable at once, and the
// thread asks the store to recover() from time to time.
//
// Thread safety: submit() from any thread; start() and stop() from the owner's. The committer and
// the observer are called on the writer's thread only.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "domain/store.hpp"

namespace voxpop::store {

// What a store does for its writer. Called on the writer's thread.
class GroupCommitter {
  public:
    virtual ~GroupCommitter() = default;

    // Commits `group` as one durable step. Appends to `settled` one outcome per write, in order; a
    // write that is refused by a rule settles with its error and changes nothing, the others go on.
    // Appends to `changes` what changed, in commit order (the writer conflates the boxes). Both
    // come empty. `group` may be moved from. An error means that the store is down, and that the
    // group was stored wholly or, most likely, not at all: the writer settles all of it with that
    // error, whatever was appended, reports the store as away, and once it is back, a gap.
    [[nodiscard]] virtual base::Result<void> commit_group(
        std::span<domain::Write> group, std::vector<domain::Settled>& settled,
        std::vector<domain::Change>& changes
    ) = 0;

    // Called every retry_interval while the store is down, before it takes writes again.
    [[nodiscard]] virtual base::Result<void> recover() { return {}; }
};

class GroupWriter {
  public:
    struct Options {
        // Writes that are accepted and not settled yet.
        std::size_t queue_commands_max = base::limits::kStoreQueueCommandsMax;
        std::size_t group_commands_max = base::limits::kGroupCommandsMax;
        // How long a group may gather when others are likely to join. Zero where commits cost
        // nothing.
        std::chrono::milliseconds linger = base::limits::kGroupCommitInterval;
        std::chrono::milliseconds retry_interval{200};
    };

    // `committer` must outlive the writer.
    explicit GroupWriter(GroupCommitter& committer) : GroupWriter(committer, Options{}) {}
    GroupWriter(GroupCommitter& committer, Options options)
        : committer_(committer), options_(options) {}
    ~GroupWriter() { stop(); }
    GroupWriter(const GroupWriter&) = delete;
    GroupWriter& operator=(const GroupWriter&) = delete;

    // Starts the thread. `observer` must outlive stop(). Called once.
    void start(domain::StoreObserver& observer);

    // Commits and settles everything accepted, then ends the thread. Later writes are
    // store_unavailable. May be called again.
    void stop();

    // As domain::Store::submit(). Errors: overloaded, store_unavailable.
    [[nodiscard]] base::Result<void> submit(std::vector<domain::Write>& writes);

  private:
    void run();
    // Waits for writes and takes them; false when there will be no more.
    [[nodiscard]] bool gather();
    void wait_for_company(std::unique_lock<std::mutex>& lock);
    void commit(std::span<domain::Write> group);
    void refuse(std::span<const domain::Write> group, const base::Error& error);
    void wait_until_recovered(std::unique_lock<std::mutex>& lock);

    GroupCommitter& committer_;
    const Options options_;
    domain::StoreObserver* observer_ = nullptr;
    std::thread thread_;

    std::mutex mutex_;
    std::condition_variable arrived_;
    // Guarded by mutex_:
    std::vector<domain::Write> queue_;
    std::size_t unsettled_ = 0;  // queue_ and what the thread works on
    std::size_t wake_at_ = 1;    // the queue's length that the thread waits for
    bool accepting_ = false;
    bool stopping_ = false;

    // The writer's thread only:
    bool up_ = true;
    base::Error down_because_;
    std::size_t last_taken_ = 0;
    std::vector<domain::Write> taken_;
    std::vector<domain::Settled> settled_;
    std::vector<domain::Change> changes_;
};

// Leaves of each box only the change to its newest version, at that change's place. That need not
// be the last one: where several nodes write, news of another's vote may overtake the answer to
// one's own.
void conflate_boxes(std::vector<domain::Change>& changes);

}  // namespace voxpop::store
