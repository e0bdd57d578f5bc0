#include "store/redis/queries.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <memory>
#include <utility>

#include "domain/timed.hpp"
#include "store/redis/ask.hpp"
#include "store/redis/bounds.hpp"
#include "store/redis/codec.hpp"
#include "store/redis/function_call.hpp"
#include "store/redis/keys.hpp"

namespace voxpop::store::redis {

using namespace domain;
using base::ErrorCode;

namespace {

// Functions count in doubles; beyond this there is no offset.
std::uint64_t offset_at_most(std::uint64_t offset) {
    return std::min<std::uint64_t>(offset, std::uint64_t{1} << 53);
}

StoredCounts read_counts_for_node(Unpacker& in) {
    auto counts = read_counts(in);
    counts.viewers_elsewhere = in.u64();
    return counts;
}

}  // namespace

Command Queries::counting(std::string_view name, std::string_view key) const {
    auto call = function_ro(name, key);
    call.arg(node_.name).arg(viewers_ttl_.count());
    return call;
}

void Queries::note_failure(const CallResult& result) {
    if (result.status != CallStatus::refused) return;  // of a Redis that is away its health tells
    if (const auto untold = refused_told_.due(std::chrono::steady_clock::now()))
        log_.warn("Redis refused a read", {{"why", result.why}, {"since_last_told", *untold}});
}

void Queries::thread(const base::ThreadId& id, Answer<ThreadView> answer) {
    const auto key = keys::thread(id);
    ask<ThreadView>(
        key, counting("vp_thread", key), std::move(answer),
        [this](Unpacker& in) -> base::Result<ThreadView> {
            if (in.empty()) return base::fail(ErrorCode::thread_not_found);
            const auto version = in.u32();
            Unpacker body(in.text32());
            ThreadView view{.thread = read_thread(body, version)};
            if (!body.ok()) in.fail();
            view.position = {node_.epoch, in.u64()};
            view.counts = read_counts_for_node(in);
            for (auto polls = in.u32(); polls > 0 && in.ok(); --polls)
                view.polls.push_back(read_poll_view(in));
            return view;
        }
    );
}

void Queries::poll(const base::PollId& id, Answer<PollView> answer) {
    index_.find(id, [this, id, answer = std::move(answer)](auto thread) mutable {
        if (!thread) return answer(std::unexpected(thread.error()));
        if (!*thread) return answer(base::fail(ErrorCode::poll_not_found));
        const auto key = keys::thread(**thread);
        auto call = function_ro("vp_poll", key);
        call.arg(id.view());
        ask<PollView>(
            key, std::move(call), std::move(answer),
            [](Unpacker& in) -> base::Result<PollView> {
                if (in.empty()) return base::fail(ErrorCode::poll_not_found);
                return read_poll_view(in);
            }
        );
    });
}

void Queries::comment(base::CommentId id, Answer<Comment> answer) {
    index_.find(id, [this, id, answer = std::move(answer)](auto thread) mutable {
        if (!thread) return answer(std::unexpected(thread.error()));
        if (!*thread) return answer(base::fail(ErrorCode::comment_not_found));
        find({{**thread, id}}, [answer = std::move(answer)](auto found) mutable {
            if (!found) return answer(std::unexpected(found.error()));
            if (!found->front()) return answer(base::fail(ErrorCode::comment_not_found));
            answer(std::move(*found->front()));
        });
    });
}

void Queries::ballots(
    const base::ThreadId& thread, const base::UserId& voter, const std::vector<BoxId>& boxes,
    Answer<std::vector<OptionSet>> answer
) {
    const auto key = keys::thread(thread);
    auto call = function_ro("vp_ballots", key);
    call.arg(voter.view());
    for (const auto& box : boxes) call.arg(box.str());
    ask<std::vector<OptionSet>>(
        key, std::move(call), std::move(answer),
        [n = boxes.size()](Unpacker& in) {
            std::vector<OptionSet> sets;
            for (std::size_t i = 0; i < n; ++i) sets.emplace_back(in.u64());
            return sets;
        }
    );
}

// All calls leave together: one round trip to each shard.
void Queries::counts(
    const std::vector<base::ThreadId>& threads, Answer<std::vector<StoredCounts>> answer
) {
    struct Gathering {
        std::vector<StoredCounts> counts;
        std::size_t missing;
        base::Result<void> failure;
        Answer<std::vector<StoredCounts>> answer;
    };
    if (threads.empty()) return answer(std::vector<StoredCounts>{});
    const auto all = std::make_shared<Gathering>(
        Gathering{std::vector<StoredCounts>(threads.size()), threads.size(), {}, std::move(answer)}
    );
    for (std::size_t i = 0; i < threads.size(); ++i) {
        const auto key = keys::thread(threads[i]);
        ask<StoredCounts>(
            key, counting("vp_counts", key),
            [all, i](base::Result<StoredCounts> counts) {
                if (counts) {
                    all->counts[i] = *counts;
                } else {
                    all->failure = std::unexpected(counts.error());
                }
                if (--all->missing > 0) return;
                if (!all->failure) return all->answer(std::unexpected(all->failure.error()));
                all->answer(std::move(all->counts));
            },
            [](Unpacker& in) { return read_counts_for_node(in); }
        );
    }
}

void Queries::thread_log(
    const base::ThreadId& id, std::uint64_t since, std::size_t limit, Answer<LogPage> answer
) {
    const auto key = keys::thread(id);
    auto call = function_ro("vp_log", key);
    call.arg(offset_at_most(since)).arg(std::min(limit, bounds::kStreamEventsMax));
    ask<LogPage>(key, std::move(call), std::move(answer), [this](Unpacker& in) {
        LogPage page{.records = {}, .position = {node_.epoch, in.u64()}};
        page.complete = in.u8() != 0;
        for (auto records = in.u32(); records > 0 && in.ok(); --records) {
            const auto offset = in.u64();
            Unpacker event(in.text32());
            auto parsed = read_event(event);
            if (!event.ok()) in.fail();
            page.records.push_back(record_of(std::move(parsed), read_comment(in)));
            page.records.back().offset = offset;
        }
        return page;
    });
}

void Queries::timed_polls(Answer<std::vector<Poll>> answer) {
    struct Gathering {
        std::vector<Poll> polls;
        std::size_t missing;
        base::Result<void> failure;
        Answer<std::vector<Poll>> answer;
    };
    const auto key = keys::site_timed(site_);
    Command list("HKEYS");
    list.arg(key);
    client_.call(
        key, std::move(list),
        [this, answer = std::move(answer)](CallResult result) mutable {
            if (!result.ok()) return answer(base::fail(ErrorCode::store_unavailable, result.why));
            const auto names = result.view();
            const auto all =
                std::make_shared<Gathering>(Gathering{{}, names.size() + 1, {}, std::move(answer)});
            const auto arrived = [all](const base::Result<PollView>& view) {
                // The index holds more than there is: its entries are written first and removed
                // last.
                if (view && is_moved_by_time(view->poll)) all->polls.push_back(view->poll);
                if (!view && view.error().code != ErrorCode::poll_not_found)
                    all->failure = std::unexpected(view.error());
                if (--all->missing > 0) return;
                if (!all->failure) return all->answer(std::unexpected(all->failure.error()));
                all->answer(std::move(all->polls));
            };
            for (std::size_t i = 0; i < names.size(); ++i) {
                const auto id = base::PollId::from(names[i].text());
                if (id) {
                    poll(*id, arrived);
                } else {
                    arrived(base::fail(ErrorCode::poll_not_found));
                }
            }
            arrived(base::fail(ErrorCode::poll_not_found));  // for the one that was added
        }
    );
}

// One call for each thread.
void Queries::find(
    const std::vector<Wanted>& wanted, Answer<std::vector<std::optional<Comment>>> answer
) {
    using Found = std::vector<std::optional<Comment>>;
    struct Gathering {
        Found found;
        std::size_t missing;
        base::Result<void> failure;
        Answer<Found> answer;
    };
    if (wanted.empty()) return answer(Found{});
    std::map<base::ThreadId, std::vector<std::size_t>> by_thread;
    for (std::size_t i = 0; i < wanted.size(); ++i) by_thread[wanted[i].thread].push_back(i);
    const auto all = std::make_shared<Gathering>(
        Gathering{Found(wanted.size()), by_thread.size(), {}, std::move(answer)}
    );
    for (const auto& [thread, places] : by_thread) {
        const auto key = keys::thread(thread);
        auto call = function_ro("vp_comments", key);
        for (const auto place : places) call.arg(wanted[place].comment.str());
        ask<bool>(
            key, std::move(call),
            [all](base::Result<bool> done) {
                if (!done) all->failure = std::unexpected(done.error());
                if (--all->missing > 0) return;
                if (!all->failure) return all->answer(std::unexpected(all->failure.error()));
                all->answer(std::move(all->found));
            },
            [all, places](Unpacker& in) {
                if (in.u32() != places.size()) in.fail();
                for (const auto place : places) {
                    if (in.ok() && in.u8() != 0) all->found[place] = read_comment(in);
                }
                return true;
            }
        );
    }
}

}  // namespace voxpop::store::redis
