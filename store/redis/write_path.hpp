// Writes on their way: sorted by thread, gathered into batches, sent, settled in order.
//
// While the calls of a thread are under way its next batch gathers, so load makes batches larger,
// not slower. A batch is prepared (index keys are written), sent, and, when it held comments, its
// events are brought into the site's stream; then it settles, after those before it.
//
// A batch that got no answer is sent again under the same number until the retry window ends: the
// function answers what it answered before. One that was certainly not executed waits for
// StoreOptions::wait at most, from when its first command came. After that both are
// store_unavailable, and are answered so wherever they stand: what is behind a batch that Redis
// must be asked about does not wait for its answer.
//
// An index key that cannot be written, because its shard is away or has too few replicas, takes
// along the one command that needs it.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/redis/batch.hpp"
#include "store/redis/bounds.hpp"
#include "store/redis/client/client.hpp"
#include "store/redis/node_state.hpp"
#include "store/redis/store_options.hpp"

namespace voxpop::store::redis {

class Acknowledged;
class Announcer;
class Outlet;
class Replication;
class SiteFeed;
class ThreadIndex;

class WritePath {
  public:
    struct Parts {
        boost::asio::io_context& io;
        Client& client;
        ThreadIndex& index;
        SiteFeed& site;
        Outlet& outlet;
        Announcer& definitions;
        Replication& replication;
        Acknowledged& acknowledged;
        const NodeState& node;
        const StoreOptions& options;
    };
    explicit WritePath(Parts parts);

    void accept(std::vector<domain::Write>&& writes);
    // A shard is there again: what waits is sent.
    void resume();
    // Nothing waits longer than the retry window any more. `done` when all is settled.
    void drain(std::function<void()> done);
    void stop() { timer_.cancel(); }

  private:
    using Clock = std::chrono::steady_clock;
    enum class Stage : std::uint8_t {
        preparing,  // its index keys are being written
        waiting,    // to be sent, or sent again
        sent,
        replicating,  // replicas are waited for
        finishing,    // the site's stream is getting its events
        done,
    };
    struct Call {
        Call(Batch made, Clock::time_point until) : batch(std::move(made)), deadline(until) {}
        Batch batch;
        std::string blob;
        std::uint64_t number = 0;
        std::size_t slot = 0;
        Stage stage = Stage::preparing;
        std::size_t preparations = 0;  // that are not done
        // Commands whose index key could not be written.
        std::vector<std::size_t> unprepared;
        std::string trouble;   // why, or why it is stalled
        bool stalled = false;  // nothing of it is under way; to be tried again by resume()
        bool maybe_executed = false;
        Clock::time_point deadline;
        BatchResult result;
    };
    struct Gathering {
        Batch batch;
        Clock::time_point deadline;
    };
    struct Queue {
        std::deque<std::unique_ptr<Call>> calls;  // under way, in order; the first settles first
        std::deque<Gathering> batches;            // all but the last are full
        std::vector<std::size_t> free_slots;
        bool touched = false;
    };

    [[nodiscard]] Batch& open_batch(const base::ThreadId& thread);
    void split(const domain::Ticket& ticket, const domain::AddCounts& command);
    void pump(const base::ThreadId& thread);
    void prepare(const base::ThreadId& thread, Call& call);
    void could_not_prepare(Call& call, std::size_t item, const base::Error& why);
    void prepared(const base::ThreadId& thread, Call& call);
    void claim_names(const base::ThreadId& thread, Call& call);
    void send_ready(const base::ThreadId& thread);
    void send(const base::ThreadId& thread, Call& call);
    void on_result(const base::ThreadId& thread, Call& call, CallResult result);
    void on_reply(const base::ThreadId& thread, Call& call, const CallResult& result);
    [[nodiscard]] bool wants_replicas(const Call& call) const;
    void replicated(const base::ThreadId& thread, Call& call, bool enough);
    void finish(const base::ThreadId& thread, Call& call);
    void after_definitions(const Call& call);
    void stall(const base::ThreadId& thread, Call& call, std::string why);
    void expire(const base::ThreadId& thread);
    void give_up(Batch& batch, const std::string& why);
    void settle(const base::ThreadId& thread);
    void wait_to_retry();

    Parts parts_;
    boost::asio::steady_timer timer_;
    bool timer_runs_ = false;
    std::unordered_map<base::ThreadId, Queue> queues_;
    std::vector<base::ThreadId> touched_;
    std::uint64_t last_number_ = 0;
    std::function<void()> drained_;
    Clock::time_point latest_ = Clock::time_point::max();  // nothing waits longer
};

}  // namespace voxpop::store::redis
