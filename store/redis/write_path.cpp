#include "store/redis/write_path.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

#include "store/redis/acknowledged.hpp"
#include "store/redis/announcer.hpp"
#include "store/redis/function_call.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/news.hpp"
#include "store/redis/outlet.hpp"
#include "store/redis/replication.hpp"
#include "store/redis/site_feed.hpp"
#include "store/redis/thread_index.hpp"

namespace voxpop::store::redis {
namespace {

using namespace domain;
using base::ErrorCode;

base::ThreadId thread_of(const domain::Command& command) {
    if (const auto* vote = std::get_if<Choose>(&command)) return vote->thread;
    if (const auto* append = std::get_if<Append>(&command)) return append->change.after.thread;
    if (const auto* recall = std::get_if<Recall>(&command)) return recall->thread;
    if (const auto* thread = std::get_if<PutThread>(&command)) return thread->thread.id;
    return std::get<PutPoll>(command).poll.thread;
}

base::Error unavailable(std::string why) {
    return {ErrorCode::store_unavailable, std::move(why)};
}

constexpr std::string_view kStale = "STALE";

}  // namespace

WritePath::WritePath(Parts parts) : parts_(parts), timer_(parts.io) {}

void WritePath::accept(std::vector<Write>&& writes) {
    for (auto& write : writes) {
        if (const auto* counts = std::get_if<AddCounts>(&write.command)) {
            split(write.ticket, *counts);
        } else {
            open_batch(thread_of(write.command)).add(std::move(write));
        }
    }
    for (const auto& thread : std::exchange(touched_, {})) {
        queues_.at(thread).touched = false;
        pump(thread);
    }
}

Batch& WritePath::open_batch(const base::ThreadId& thread) {
    auto [at, created] = queues_.try_emplace(thread);
    Queue& queue = at->second;
    if (created) {
        for (std::size_t slot = 0; slot < bounds::kCallsInFlight; ++slot)
            queue.free_slots.push_back(slot);
    }
    if (!queue.touched) {
        queue.touched = true;
        touched_.push_back(thread);
    }
    if (queue.batches.empty() || queue.batches.back().batch.full()) {
        const auto deadline = std::min(Clock::now() + parts_.options.wait, latest_);
        queue.batches.push_back({Batch(thread), deadline});
    }
    return queue.batches.back().batch;
}

void WritePath::split(const Ticket& ticket, const AddCounts& command) {
    if (command.deltas.empty()) {
        return parts_.outlet.add({{ticket, Outcome(Stored{})}}, {});
    }
    const auto counting = std::make_shared<Counting>(Counting{ticket, command.deltas.size(), {}});
    for (const auto& delta : command.deltas) {
        open_batch(delta.thread).add_counts(counting, command, delta);
    }
}

// Sends as much as may be under way.
void WritePath::pump(const base::ThreadId& thread) {
    Queue& queue = queues_.at(thread);
    while (!queue.free_slots.empty() && !queue.batches.empty()) {
        auto& [batch, deadline] = queue.batches.front();
        auto call = std::make_unique<Call>(std::move(batch), deadline);
        queue.batches.pop_front();
        call->number = ++last_number_;
        call->slot = queue.free_slots.back();
        queue.free_slots.pop_back();
        Call& started = *call;
        queue.calls.push_back(std::move(call));
        prepare(thread, started);
    }
}

// Index keys come before what they lead to: should this node die in between, they lead to nothing.
// The mark of the thread as active helps only should this node die: without it all goes on.
void WritePath::prepare(const base::ThreadId& thread, Call& call) {
    call.stage = Stage::preparing;
    call.stalled = false;
    call.unprepared.clear();
    if (wants_replicas(call) && parts_.replication.refuses(keys::thread(thread))) {
        // Like all answers, not within the call that causes it.
        return boost::asio::post(parts_.io, [this, thread, &call] {
            call.result = call.batch.fail(unavailable(kTooFewAreThere));
            finish(thread, call);
        });
    }
    call.preparations = 1;  // this function's own, so that it is over only at its end
    const auto& polls = call.batch.polls();
    if (call.batch.appends()) {
        ++call.preparations;
        parts_.site.mark_active(thread, [this, thread, &call](bool) { prepared(thread, call); });
    }
    for (const auto& put : polls) {
        if (!put.timed) continue;
        ++call.preparations;
        const auto key = keys::site_timed(parts_.options.site);
        auto timed = function("vp_time_poll", key);
        timed.arg(put.poll.view()).arg(put.version).arg(thread.view());
        auto done = [this, thread, item = put.item, &call](const base::Result<Reply>& reply) {
            if (!reply) could_not_prepare(call, item, reply.error());
            prepared(thread, call);
        };
        parts_.replication.write(key, std::move(timed), std::move(done));
    }
    claim_names(thread, call);
    prepared(thread, call);
}

// A name that belongs to another thread already is not this command's to use.
void WritePath::claim_names(const base::ThreadId& thread, Call& call) {
    for (const auto& put : call.batch.polls()) {
        ++call.preparations;
        parts_.index.claim(
            put.poll, thread,
            [this, put, thread, &call](const base::Result<base::ThreadId>& owner) {
                if (!owner) {
                    could_not_prepare(call, put.item, owner.error());
                } else if (*owner != thread) {
                    call.batch.refuse(
                        put.item,
                        put.version == 1
                            ? base::Error{ErrorCode::already_exists, {}}
                            : base::Error{ErrorCode::bad_request, "a poll stays in its thread"}
                    );
                }
                prepared(thread, call);
            }
        );
    }
    for (const auto& made : call.batch.new_comments()) {
        ++call.preparations;
        parts_.index.claim(
            made.comment, thread,
            [this, made, thread, &call](const base::Result<base::ThreadId>& owner) {
                if (!owner) {
                    could_not_prepare(call, made.item, owner.error());
                } else if (*owner != thread) {
                    call.batch.refuse(made.item, {ErrorCode::version_conflict, {}});
                }
                prepared(thread, call);
            }
        );
    }
}

void WritePath::could_not_prepare(Call& call, std::size_t item, const base::Error& why) {
    call.unprepared.push_back(item);
    call.trouble = "an index key could not be written: " + std::string(why.message());
}

// While the thread's own shard is away too, all of the batch may wait.
void WritePath::prepared(const base::ThreadId& thread, Call& call) {
    if (--call.preparations > 0) return;
    if (!call.unprepared.empty() && !parts_.client.ready(keys::thread(thread)))
        return stall(thread, call, std::move(call.trouble));
    for (const auto item : call.unprepared) call.batch.refuse(item, unavailable(call.trouble));
    call.blob = call.batch.encode();
    call.stage = Stage::waiting;
    send_ready(thread);
}

// In order: a batch that is not prepared holds back those behind it.
void WritePath::send_ready(const base::ThreadId& thread) {
    for (const auto& call : queues_.at(thread).calls) {
        if (call->stage == Stage::preparing || call->stalled) return;
        if (call->stage == Stage::waiting) send(thread, *call);
    }
}

void WritePath::send(const base::ThreadId& thread, Call& call) {
    call.stage = Stage::sent;
    const auto key = keys::thread(thread);
    auto command = function("vp_write", key);
    command.reserve(call.blob.size() + 256);
    command.arg(parts_.node.name).arg(call.number).arg(call.slot).arg(call.blob);
    parts_.client.call(key, std::move(command), [this, thread, &call](CallResult result) {
        on_result(thread, call, std::move(result));
    });
}

void WritePath::on_result(const base::ThreadId& thread, Call& call, CallResult result) {
    switch (result.status) {
        case CallStatus::reply:
            return on_reply(thread, call, result);
        case CallStatus::unknown:
            if (!call.maybe_executed) {
                call.maybe_executed = true;
                call.deadline = std::min(Clock::now() + parts_.options.retry_window, latest_);
            }
            return stall(thread, call, result.why);
        case CallStatus::unsent:
            return stall(thread, call, result.why);
        case CallStatus::refused:
            call.result = call.batch.fail(unavailable(
                result.why.starts_with(kStale) ? "it came too late: what it did is not known"
                                               : result.why
            ));
            return finish(thread, call);
    }
}

void WritePath::on_reply(const base::ThreadId& thread, Call& call, const CallResult& result) {
    auto read = call.batch.read(result.view().text());
    if (!read) {
        call.result = call.batch.fail(unavailable("Redis answered what cannot be read"));
        return finish(thread, call);
    }
    call.result = std::move(*read);
    const bool wrote = !call.blob.empty();  // some command was not refused before
    if (!wrote || !wants_replicas(call)) return replicated(thread, call, true);
    call.stage = Stage::replicating;
    parts_.replication.confirm(keys::thread(thread), [this, thread, &call](bool enough) {
        replicated(thread, call, enough);
    });
}

bool WritePath::wants_replicas(const Call& call) const {
    return parts_.options.ack == Ack::replicated && !call.batch.only_counts();
}

void WritePath::replicated(const base::ThreadId& thread, Call& call, bool enough) {
    for (auto& settled : call.result.settled) {
        if (!enough && settled.outcome)
            settled.outcome = std::unexpected(unavailable(kTooFewHaveIt));
    }
    after_definitions(call);
    if (call.result.site.empty()) return finish(thread, call);
    call.stage = Stage::finishing;
    std::vector<std::size_t> told;  // the changes that lack their place in the site's stream
    for (const auto& entry : call.result.site) told.push_back(entry.change);
    parts_.site.append(
        thread, std::move(call.result.site),
        [this, thread, &call, told = std::move(told)](const SiteFeed::Offsets& offsets) {
            for (std::size_t i = 0; i < offsets.size(); ++i) {
                auto& change = call.result.changes[told[i]];
                std::get<LogAppended>(change).record.site_offset = offsets[i];
            }
            finish(thread, call);
        }
    );
}

// Every node keeps definitions in memory, not only those that watch the thread.
void WritePath::after_definitions(const Call& call) {
    for (const auto& change : call.result.changes) {
        auto news = encode_definition(parts_.node.name, change, call.result.lineage);
        if (!news.empty()) parts_.definitions.tell(std::move(news));
    }
    for (const auto& put : call.batch.polls()) {
        if (put.timed) continue;
        const auto key = keys::site_timed(parts_.options.site);
        auto untime = function("vp_untime_poll", key);
        untime.arg(put.poll.view()).arg(put.version);
        // Should it fail, whoever reads the index sees that the poll does not belong there.
        parts_.client.call(key, std::move(untime), [](const CallResult&) {});
    }
}

void WritePath::finish(const base::ThreadId& thread, Call& call) {
    call.stage = Stage::done;
    settle(thread);
}

void WritePath::stall(const base::ThreadId& thread, Call& call, std::string why) {
    if (call.stage != Stage::preparing) call.stage = Stage::waiting;
    call.stalled = true;
    call.trouble = std::move(why);
    wait_to_retry();
    expire(thread);
    settle(thread);
}

// Whose time is over is answered. A stalled call has nothing under way, so it may go from anywhere
// in the queue; what gathers behind one that stays is tried only after it.
void WritePath::expire(const base::ThreadId& thread) {
    Queue& queue = queues_.at(thread);
    const auto now = Clock::now();
    std::string why;
    std::erase_if(queue.calls, [&](const auto& call) {
        if (!call->stalled) return false;
        why = call->trouble;
        if (now < call->deadline) return false;
        give_up(call->batch, call->trouble);
        queue.free_slots.push_back(call->slot);
        return true;
    });
    const auto is_stalled = [](const auto& call) { return call->stalled; };
    if (std::ranges::none_of(queue.calls, is_stalled)) return;
    while (!queue.batches.empty() && queue.batches.front().deadline <= now) {
        give_up(queue.batches.front().batch, why);
        queue.batches.pop_front();
    }
}

void WritePath::give_up(Batch& batch, const std::string& why) {
    auto failed = batch.fail(unavailable(why));
    parts_.outlet.add(std::move(failed.settled), std::move(failed.changes));
}

void WritePath::settle(const base::ThreadId& thread) {
    const auto at = queues_.find(thread);
    Queue& queue = at->second;
    while (!queue.calls.empty() && queue.calls.front()->stage == Stage::done) {
        Call& call = *queue.calls.front();
        parts_.acknowledged.note(thread, call.result);
        parts_.outlet.add(std::move(call.result.settled), std::move(call.result.changes));
        queue.free_slots.push_back(call.slot);
        queue.calls.pop_front();
    }
    pump(thread);
    send_ready(thread);
    if (!queue.calls.empty() || !queue.batches.empty()) return;
    queues_.erase(at);
    if (queues_.empty() && drained_) std::exchange(drained_, nullptr)();
}

void WritePath::resume() {
    std::vector<base::ThreadId> stalled;
    for (const auto& [thread, queue] : queues_) {
        if (std::ranges::any_of(queue.calls, [](const auto& call) { return call->stalled; }))
            stalled.push_back(thread);
    }
    // Nothing settles before the next turn of the loop: a call is never answered at once.
    for (const auto& thread : stalled) {
        for (const auto& call : queues_.at(thread).calls) {
            if (std::exchange(call->stalled, false) && call->stage == Stage::preparing)
                prepare(thread, *call);
        }
        send_ready(thread);
    }
}

void WritePath::wait_to_retry() {
    if (timer_runs_) return;
    timer_runs_ = true;
    timer_.expires_after(bounds::kRetryInterval);
    timer_.async_wait([this](const boost::system::error_code& error) {
        timer_runs_ = false;
        if (!error) resume();
    });
}

void WritePath::drain(std::function<void()> done) {
    latest_ = Clock::now() + parts_.options.retry_window;
    for (auto& [thread, queue] : queues_) {
        for (auto& call : queue.calls) call->deadline = std::min(call->deadline, latest_);
        for (auto& waiting : queue.batches) waiting.deadline = std::min(waiting.deadline, latest_);
    }
    if (queues_.empty()) return done();
    drained_ = std::move(done);
}

}  // namespace voxpop::store::redis
