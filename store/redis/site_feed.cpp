#include "store/redis/site_feed.hpp"

#include <utility>

#include "store/redis/bounds.hpp"
#include "store/redis/function_call.hpp"
#include "store/redis/keys.hpp"

namespace voxpop::store::redis {
namespace {

using Clock = std::chrono::steady_clock;

// Wall time, because it is compared with that of other nodes; a minute's difference does not matter
// against kActiveTtl.
std::int64_t seconds_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch()
    )
        .count();
}

}  // namespace

// What is on its way to the site's stream of one thread.
struct SiteFeed::Appending {
    base::ThreadId thread;
    std::vector<SiteEntry> entries;  // those asked for, behind what fills a gap
    std::size_t fillers = 0;
    bool filled = false;
    bool of_others = false;  // also what no command of this node waits for
    std::string gap;         // the number before a gap that nothing fills
    std::move_only_function<void(Offsets)> done;

    void give_up() { done(Offsets(entries.size() - fillers, 0)); }
};

SiteFeed::SiteFeed(
    boost::asio::io_context& io, Client& client, std::string site, const NodeState& node
)
    : client_(client), site_(std::move(site)), node_(node), timer_(io) {}

void SiteFeed::start() {
    sweep();
}

void SiteFeed::mark_active(const base::ThreadId& thread, std::move_only_function<void(bool)> done) {
    const auto now = Clock::now();
    const auto at = marked_.find(thread);
    if (at != marked_.end() && now - at->second < bounds::kActiveInterval) return done(true);
    const auto key = keys::site_active(site_);
    Command add("ZADD");
    add.arg(key).arg(seconds_now()).arg(thread.view());
    client_.call(
        key, std::move(add),
        [this, thread, now, done = std::move(done)](CallResult result) mutable {
            if (result.ok()) {
                if (marked_.size() >= bounds::kIndexEntriesMax) marked_.clear();
                marked_.insert_or_assign(thread, now);
            }
            done(result.ok());
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
    const auto key = keys::site_log(site_);
    auto call = function("vp_site_append", key);
    // News of this node's own commands it knows by the reply; of others' it must hear itself.
    const std::string_view sender = appending->of_others ? std::string_view() : node_.name;
    call.arg(sender).arg(node_.epoch).arg(appending->thread.view()).arg(appending->gap);
    for (const auto& entry : appending->entries) call.arg(entry.seq).arg(entry.bytes);
    client_.call(key, std::move(call), [this, appending](const CallResult& result) {
        if (!result.ok()) return appending->give_up();
        Unpacker in(result.view().text());
        const auto seen = in.u64();
        Offsets offsets;
        for (std::size_t i = 0; i < appending->entries.size(); ++i) {
            const auto offset = in.u64();
            if (i >= appending->fillers) offsets.push_back(offset);
        }
        if (!in.ok()) return appending->give_up();
        if (seen < appending->entries.back().seq && !appending->filled) {
            return read_gap(appending, seen);
        }
        trim(appending->thread, seen);
        appending->done(std::move(offsets));
    });
}

// Something before these entries is not there yet: another node is about to bring it, or has died.
void SiteFeed::read_gap(const std::shared_ptr<Appending>& appending, std::uint64_t seen) {
    const auto key = keys::thread(appending->thread);
    auto call = function_ro("vp_outbox", key);
    call.arg(seen).arg(bounds::kOutboxReadMax);
    client_.call(key, std::move(call), [this, appending, seen](const CallResult& result) {
        if (!result.ok()) return appending->give_up();
        Unpacker in(result.view().text());
        const auto first = appending->entries.front().seq;
        std::vector<SiteEntry> fillers;
        for (auto n = in.u32(); n > 0 && in.ok(); --n) {
            SiteEntry entry{.seq = in.u64(), .bytes = std::string(in.text32())};
            if (entry.seq < first) fillers.push_back(std::move(entry));
        }
        appending->fillers = fillers.size();
        appending->of_others = appending->of_others || !fillers.empty();
        appending->filled = true;
        if (fillers.empty() || fillers.front().seq != seen + 1)
            appending->gap = std::to_string(seen);
        appending->entries.insert(
            appending->entries.begin(), std::make_move_iterator(fillers.begin()),
            std::make_move_iterator(fillers.end())
        );
        send(appending);
    });
}

void SiteFeed::trim(const base::ThreadId& thread, std::uint64_t seen) {
    const auto key = keys::outbox(thread);
    Command trim("XTRIM");
    trim.arg(key).arg("MINID").arg(std::to_string(seen + 1) + "-0");
    // Should it fail, the next one trims as much.
    client_.call(key, std::move(trim), [](const CallResult&) {});
}

void SiteFeed::sweep() {
    wait_for_sweep();
    const auto key = keys::site_active(site_);
    const auto since = seconds_now() -
                       std::chrono::duration_cast<std::chrono::seconds>(bounds::kActiveTtl).count();
    Command forget("ZREMRANGEBYSCORE");
    forget.arg(key).arg("-inf").arg(since - 1);
    client_.call(key, std::move(forget), [](const CallResult&) {});
    Command list("ZREVRANGE");
    list.arg(key).arg(0).arg(bounds::kSweepThreadsMax - 1);
    client_.call(key, std::move(list), [this](const CallResult& result) {
        if (!result.ok()) return;
        for (std::size_t i = 0; i < result.view().size(); ++i) {
            if (const auto thread = base::ThreadId::from(result.view()[i].text()))
                move_rest(*thread, [] {});
        }
    });
}

// What is in a thread's outbox may be on its way already: then it is in the stream once all the
// same.
void SiteFeed::move_rest(const base::ThreadId& thread, std::move_only_function<void()> done) {
    const auto key = keys::thread(thread);
    auto call = function_ro("vp_outbox", key);
    call.arg(0).arg(bounds::kOutboxReadMax);
    client_.call(
        key, std::move(call),
        [this, thread, done = std::move(done)](const CallResult& result) mutable {
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
                .done = [done = std::move(done)](const Offsets&) mutable { done(); },
            }));
        }
    );
}

void SiteFeed::wait_for_sweep() {
    timer_.expires_after(bounds::kSweepInterval);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) sweep();
    });
}

}  // namespace voxpop::store::redis
