// The port to where things are kept. Nothing here assumes that a call is local, immediate or alone:
// every answer comes later, on a thread of the store's; other nodes may write at the same time; the
// store may be away for a while.
//
// Promises of every implementation, held by one contract suite (tests/store/contract):
//  * an outcome is handed out only after what it says is durable;
//  * commands for one discussion that one thread submits settle in the order of submission; a
//    failed command changes nothing and does not disturb its group;
//  * tally = ballots, and counts = visible comments, at every moment that a query can see;
//  * offsets of a stream are gapless from 1; an epoch names the stream's continuity;
//  * changes of this node are observed before the outcome of their command, each box's and each
//    stream's in commit order; those of other nodes as watch() says;
//  * every accepted write settles exactly once, also while stopping.
//
// Where a store is spread over several shards, four of them are weaker:
//  * a query is one moment of its shard; one of many threads (counts, timed_polls, moderation and
//    site_log of a site) puts together several moments;
//  * a comment is in its thread first and in the site's stream a moment later, so its outcome may
//    come without a site offset; it gets its place there once, and observers are told of it then;
//  * an AddCounts moves each thread by itself: one that failed may have moved some of them, and is
//    repeated with the same batch number.
//  * a command that could not wait longer may be refused (store_unavailable) before an earlier one
//    of its thread settles, of which the store does not know yet whether it was executed.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "domain/commands.hpp"
#include "domain/queries.hpp"

namespace voxpop::domain {

// Hears what the store did. All calls come from one thread of the store's, never two at a time;
// they must return quickly (hand over to a mailbox).
class StoreObserver {
  public:
    virtual ~StoreObserver() = default;
    // A group was committed (or refused: then `changes` is empty and the outcomes are errors). The
    // spans may be moved from and are gone after the call.
    virtual void on_group(std::span<Settled> settled, std::span<Change> changes) = 0;
    // Whether the store takes writes. While it does not, submit() answers store_unavailable.
    virtual void on_health(bool up, const std::string& why) = 0;
    // How many of its shards are away: what needs one of them is store_unavailable, whether or not
    // the store takes other writes. Told when it changes; `why` names one. None at first.
    virtual void on_shards_missing(std::size_t /*shards*/, const std::string& /*why*/) {}
    // Changes may have been missed (the way to other nodes was broken for a while, or the store has
    // lost something and begun a new epoch): whoever keeps something of the store in memory must
    // read it again.
    virtual void on_gap() {}
};

// Called once, on a thread of the store's. A refusal (overloaded, store_unavailable) may come at
// once, on the caller's, before the call returns.
template <class T>
using Answer = std::move_only_function<void(base::Result<T>)>;

class Store {
  public:
    virtual ~Store() = default;

    // Begins work. `observer` must outlive stop(). Throws std::runtime_error with a sentence for
    // the operator when the store cannot be opened. Called once.
    virtual void start(StoreObserver& observer) = 0;
    // Settles every accepted write, answers every query, then returns; the observer is called no
    // more.
    virtual void stop() = 0;

    // Hands writes over, in order. Any thread. All or none: errors overloaded (the queue holds
    // kStoreQueueCommandsMax) or store_unavailable mean that none was taken; `writes` is emptied on
    // success and keeps its capacity.
    [[nodiscard]] virtual base::Result<void> submit(std::vector<Write>& writes) = 0;

    // Several nodes may share a store. A node observes all changes of the threads that it watches;
    // of all threads the definitions (ThreadChanged, PollChanged) and what enters the site's
    // moderation stream; of other changes at least its own. Changes of other nodes may come twice,
    // late or out of order: versions and offsets tell. Once the answer has come, nothing that is
    // committed later is missed unless on_gap() says so, so read after it. A watch holds until
    // unwatch(), over interruptions too. Watching twice is watching once. Any thread; errors:
    // store_unavailable, overloaded. A store of one node sees everything by itself.
    virtual void watch(base::ThreadId, Answer<void> answer) { answer({}); }
    virtual void unwatch(base::ThreadId) {}
    // How many view a thread through this node. Kept alive by the store until told otherwise, and
    // forgotten kViewersTtl after this node has died. Told to nodes that watch the thread, and to
    // any other that asks for its counts. A store of one node has no viewers elsewhere.
    virtual void set_viewers(base::ThreadId, std::uint64_t /*viewers*/) {}

    // The nodes' common secrets (what signs device tokens, what signs console tokens). Keeps
    // `proposal` under `name` unless something is kept there already, and answers what is kept. A
    // store of one node keeps none: it answers the proposal.
    virtual void secret(std::string /*name*/, std::string proposal, Answer<std::string> answer) {
        answer(std::move(proposal));
    }

    // Queries. Any thread; errors: the one named, or store_unavailable, overloaded.
    virtual void thread(base::ThreadId id, Answer<ThreadView> answer) = 0;  // thread_not_found
    virtual void comments(PageRequest request, Answer<CommentPage> answer) = 0;
    virtual void comment(base::CommentId id, Answer<Comment> answer) = 0;  // comment_not_found
    virtual void poll(base::PollId id, Answer<PollView> answer) = 0;       // poll_not_found
    // The voter's ballots in `boxes`, all of them boxes of `thread`, in that order; empty sets
    // where there is none.
    virtual void ballots(
        base::ThreadId thread, base::UserId voter, std::vector<BoxId> boxes,
        Answer<std::vector<OptionSet>> answer
    ) = 0;
    // In the order asked; threads that do not exist count zero.
    virtual void counts(
        std::vector<base::ThreadId> threads, Answer<std::vector<StoredCounts>> answer
    ) = 0;
    // A thread's public stream after `since`, at most `limit` records.
    virtual void thread_log(
        base::ThreadId id, std::uint64_t since, std::size_t limit, Answer<LogPage> answer
    ) = 0;
    // The site's moderation stream, the same way.
    virtual void site_log(std::uint64_t since, std::size_t limit, Answer<LogPage> answer) = 0;
    virtual void moderation(ModerationRequest request, Answer<CommentPage> answer) = 0;
    // Polls that time will move: those with a due opens_at or closes_at in a state that it can
    // change.
    virtual void timed_polls(Answer<std::vector<Poll>> answer) = 0;
};

}  // namespace voxpop::domain
