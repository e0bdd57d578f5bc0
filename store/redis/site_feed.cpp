#include "store/redis/site_feed.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "store/redis/bounds.hpp"
#include "store/redis/function_call.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/replication.hpp"

namespace voxpop::store::redis {
namespace {

// Wall time, because it is compared with that of other nodes and of Redis; a minute's difference
// does not matter against kActiveTtl.
template <class Unit>
std::int64_t now_in() {
    return std::chrono::duration_cast<Unit>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}
template <class Unit>
std::int64_t ago(Unit time) {
    return now_in<Unit>() - time.count();
}

}  // namespace

// What is on its way to the site's stream of one thread.
struct SiteFeed::Appending {
    base::ThreadId thread;
    std::vector<SiteEntry> entries;  // in order; those before `offsets.size()` are in the stream
    Offsets offsets;
    std::vector<SiteEntry> fillers;     // from the outbox, to go before the rest of `entries`
    bool of_others = false;             // also what no command of this node waits for
    std::string read_behind;            // the number behind which the outbox was read
    std::optional<std::uint64_t> seen;  // the last number in the stream, when there was a gap
    std::move_only_function<void(Offsets)> done;

    [[nodiscard]] std::span<const SiteEntry> rest() const {
        return std::span(entries).subspan(offsets.size());
    }

    void finish() {
        offsets.resize(entries.size(), 0);
        done(std::move(offsets));
    }
};

SiteFeed::SiteFeed(
    boost::asio::io_context& io, Client& client, Replication& replication,
    const StoreOptions& options, const NodeState& node
)
    : client_(client), replication_(replication), options_(options), node_(node), timer_(io) {}

void SiteFeed::start() {
    sweep();
}

void SiteFeed::mark_active(const base::ThreadId& thread, std::move_only_function<void(bool)> done) {
    const auto now = Clock::now();
    const auto at = marked_.find(thread);
    if (at != marked_.end() && now - at->second < bounds::kActiveInterval) return done(true);
    const auto key = keys::site_active(options_.site);
    Command add("ZADD");
    add.arg(key).arg(now_in<std::chrono::seconds>()).arg(thread.view());
    replication_.write(
        key, std::move(add),
        [this, thread, now, done = std::move(done)](const base::Result<Reply>& added) mutable {
            if (added) {
                if (marked_.size() >= bounds::kIndexEntriesMax) marked_.clear();
                marked_.insert_or_assign(thread, now);
            } else if (unmarked_.size() < bounds::kIndexEntriesMax) {
                unmarked_.insert(thread);
            }
            done(added.has_value());
        }
    );
}

void SiteFeed::append(
    const base::ThreadId& thread, std::vector<SiteEntry> entries,
    std::move_only_function<void(Offsets)> done
) {
    send(std::make_shared<Appending>(
        Appending{.thread = thread, .entries = std::move(entries), .done = std::move(done)}
    ));
}

void SiteFeed::send(const std::shared_ptr<Appending>& appending) {
    const auto key = keys::site_log(options_.site);
    auto call = function("vp_site_append", key);
    // News of this node's own commands it knows by the reply; of others' it must hear itself.
    const std::string_view sender = appending->of_others ? node_.realm : node_.name;
    call.arg(sender).arg(appending->thread.view()).arg(appending->read_behind);
    for (const auto& entry : appending->fillers) call.arg(entry.seq).arg(entry.bytes);
    for (const auto& entry : appending->rest()) call.arg(entry.seq).arg(entry.bytes);
    client_.call(key, std::move(call), [this, appending](const CallResult& result) {
        if (!result.ok()) return appending->finish();
        Unpacker in(result.view().text());
        const auto seen = in.u64();
        for (std::size_t i = 0; i < appending->fillers.size(); ++i) (void)in.u64();
        for (const auto& entry : appending->rest()) {
            const auto offset = in.u64();
            if (!in.ok() || entry.seq > seen) break;
            appending->offsets.push_back(offset);
        }
        if (!in.ok()) return appending->finish();
        // A gap may be wider than what is read at once; but each read must have brought it on.
        const bool came_on = !appending->seen || seen > *appending->seen;
        if (appending->rest().empty() || !came_on) return appending->finish();
        appending->seen = seen;
        read_gap(appending);
    });
}

// Something before the rest is not there yet: another node is about to bring it, or has died.
void SiteFeed::read_gap(const std::shared_ptr<Appending>& appending) {
    const auto key = keys::thread(appending->thread);
    auto call = function_ro("vp_outbox", key);
    call.arg(*appending->seen).arg(bounds::kOutboxReadMax);
    client_.call(key, std::move(call), [this, appending](const CallResult& result) {
        if (!result.ok()) return appending->finish();
        Unpacker in(result.view().text());
        const auto first = appending->rest().front().seq;
        appending->fillers.clear();
        for (auto n = in.u32(); n > 0 && in.ok(); --n) {
            SiteEntry entry{.seq = in.u64(), .bytes = std::string(in.text32())};
            if (entry.seq < first) appending->fillers.push_back(std::move(entry));
        }
        appending->of_others = appending->of_others || !appending->fillers.empty();
        appending->read_behind = std::to_string(*appending->seen);
        send(appending);
    });
}

void SiteFeed::sweep() {
    const auto now = Clock::now();
    wait_for_sweep();
    for (const auto& thread : std::exchange(unmarked_, {})) mark_active(thread, [](bool) {});
    const auto key = keys::site_active(options_.site);
    Command list("ZREVRANGE");
    list.arg(key).arg(swept_).arg(swept_ + bounds::kSweepThreadsMax - 1);
    client_.call(key, std::move(list), [this, now](const CallResult& result) {
        if (!result.ok()) return;
        std::vector<base::ThreadId> threads;
        for (std::size_t i = 0; i < result.view().size(); ++i) {
            if (const auto thread = base::ThreadId::from(result.view()[i].text()))
                threads.push_back(*thread);
        }
        const bool more = result.view().size() == bounds::kSweepThreadsMax;
        swept_ = more ? swept_ + bounds::kSweepThreadsMax : 0;
        if (!threads.empty()) sweep(threads, now);
        if (!more) forget_old();
    });
}

void SiteFeed::sweep(const std::vector<base::ThreadId>& threads, Clock::time_point now) {
    const auto key = keys::site_log(options_.site);
    auto call = function_ro("vp_site_seen", key);
    for (const auto& thread : threads) call.arg(thread.view());
    client_.call(key, std::move(call), [this, threads, now](const CallResult& result) {
        if (!result.ok()) return;
        Unpacker in(result.view().text());
        std::vector<std::uint64_t> numbers;
        for (std::size_t i = 0; i < threads.size(); ++i) numbers.push_back(in.u64());
        if (!in.ok()) return;
        std::vector<Seen> kept;
        for (std::size_t i = 0; i < threads.size(); ++i) {
            move_rest(threads[i], numbers[i], [] {});
            if (const auto number = kept_since(threads[i], numbers[i], now))
                kept.push_back({threads[i], *number});
        }
        if (!kept.empty()) empty_outboxes(std::move(kept));
    });
}

// The number up to which the site's stream has had the thread's events for an interval, and has
// them still; none where it is not known yet.
std::optional<std::uint64_t> SiteFeed::kept_since(
    const base::ThreadId& thread, std::uint64_t number, Clock::time_point now
) {
    const auto at = seen_.find(thread);
    if (at == seen_.end()) {
        if (seen_.size() >= bounds::kIndexEntriesMax) seen_.clear();
        seen_.emplace(thread, SeenAt{number, now});
        return std::nullopt;
    }
    auto& earlier = at->second;
    earlier.number = std::min(earlier.number, number);  // it may have lost some
    if (now - earlier.at < options_.sweep_interval) return std::nullopt;
    return std::exchange(earlier, SeenAt{number, now}).number;
}

// Of what the site's shard has, and its replicas.
void SiteFeed::empty_outboxes(std::vector<Seen> threads) {
    const auto site = keys::site_log(options_.site);
    replication_.confirm(site, [this, threads = std::move(threads)](bool enough) {
        if (!enough) return;
        for (const auto& [thread, number] : threads) {
            const auto key = keys::thread(thread);
            auto trim = function("vp_trim_outbox", key);
            trim.arg(number);
            // Should it fail, the next one trims as much.
            client_.call(key, std::move(trim), [](const CallResult&) {});
        }
    });
}

// Only when all were looked at: a node that starts after a long time looks at the old ones, too.
void SiteFeed::forget_old() {
    const auto forget = [this](const std::string& key, std::int64_t since) {
        Command remove("ZREMRANGEBYSCORE");
        remove.arg(key).arg("-inf").arg(since - 1);
        client_.call(key, std::move(remove), [](const CallResult&) {});
    };
    forget(keys::site_active(options_.site), ago<std::chrono::seconds>(bounds::kActiveTtl));
    forget(keys::site_seen(options_.site), ago<std::chrono::microseconds>(bounds::kSeenTtl));
}

// What is in a thread's outbox may be on its way already: then it is in the stream once all the
// same.
void SiteFeed::move_rest(
    const base::ThreadId& thread, std::uint64_t seen, std::move_only_function<void()> done
) {
    const auto key = keys::thread(thread);
    auto call = function_ro("vp_outbox", key);
    call.arg(seen).arg(bounds::kOutboxReadMax);
    client_.call(
        key, std::move(call),
        [this, thread, seen, done = std::move(done)](const CallResult& result) mutable {
            if (!result.ok()) return done();
            Unpacker in(result.view().text());
            std::vector<SiteEntry> entries;
            for (auto n = in.u32(); n > 0 && in.ok(); --n) {
                entries.push_back({.seq = in.u64(), .bytes = std::string(in.text32())});
            }
            if (!in.ok() || entries.empty()) return done();
            send(std::make_shared<Appending>(Appending{
                .thread = thread,
                .entries = std::move(entries),
                .of_others = true,
                .read_behind = std::to_string(seen),
                .done = [done = std::move(done)](const Offsets&) mutable { done(); },
            }));
        }
    );
}

void SiteFeed::wait_for_sweep() {
    timer_.expires_after(options_.sweep_interval);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) sweep();
    });
}

}  // namespace voxpop::store::redis
