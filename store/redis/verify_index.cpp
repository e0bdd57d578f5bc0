#include "store/redis/verify_index.hpp"

#include <algorithm>
#include <utility>

#include "domain/timed.hpp"
#include "store/redis/codec.hpp"
#include "store/redis/function_call.hpp"
#include "store/redis/hash_scan.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/pack.hpp"

namespace voxpop::store::redis {

IndexCheck::IndexCheck(BlockingClient& redis, const std::string& site, bool repair)
    : redis_(redis), timed_key_(keys::site_timed(site)), repair_(repair) {}

void IndexCheck::check(const base::ThreadId& thread) {
    std::vector<std::string> names;
    std::vector<std::pair<std::string, std::string>> polls;
    scan_hash(
        redis_, keys::of_thread(thread, "polls"),
        [&](std::string_view id, std::string_view packed) { polls.emplace_back(id, packed); }
    );
    for (const auto& [id, packed] : polls) {
        if (const auto poll = base::PollId::from(id)) names.push_back(keys::poll(*poll));
        check_timed(thread, id, packed);
    }
    const auto some = [&] { check_names(thread, std::exchange(names, {})); };
    scan_hash(
        redis_, keys::of_thread(thread, "comments"),
        [&](std::string_view id, std::string_view) {
            if (const auto comment = base::CommentId::from(id))
                names.push_back(keys::comment(*comment));
            if (names.size() >= kScanCount) some();
        }
    );
    some();
}

// A name is written before what it leads to, so one that is missing is lost.
void IndexCheck::check_names(const base::ThreadId& thread, std::vector<std::string> keys) {
    std::vector<BlockingClient::Question> questions;
    for (const auto& key : keys) questions.push_back({key, Command("GET").arg(key)});
    const auto replies = redis_.ask_all(std::move(questions));
    if (!redis_.ok()) return;
    names_.checked += keys.size();
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto owner = replies[i].view();
        if (owner.text() == thread.view()) continue;
        const auto leads_to =
            owner.nil() ? std::string("is missing") : "leads to " + std::string(owner.text());
        names_.tell(keys[i] + " of thread " + std::string(thread.view()) + " " + leads_to);
        // One that leads elsewhere belongs to two threads: no counting says to which.
        if (!repair_ || !owner.nil()) continue;
        (void)redis_.ask(keys[i], Command("SET").arg(keys[i]).arg(thread.view()).arg("NX"));
        if (redis_.ok()) ++names_.repaired;
    }
}

void IndexCheck::check_timed(
    const base::ThreadId& thread, const std::string& id, const std::string& packed
) {
    Unpacker in(packed);
    const auto poll = read_poll(packed, in);
    if (!in.ok() || !is_moved_by_time(poll)) return;
    const auto entry = redis_.ask(timed_key_, Command("HGET").arg(timed_key_).arg(id));
    // An entry goes only after its poll has changed: one that has not changed by now must have it.
    const auto polls = keys::of_thread(thread, "polls");
    const auto now = redis_.ask(polls, Command("HGET").arg(polls).arg(id));
    if (!redis_.ok() || now.view().text() != packed) return;
    ++timed_.checked;
    if (!entry.view().nil()) return;
    timed_.tell("poll " + id + " of thread " + std::string(thread.view()) + " is not among them");
    if (!repair_) return;
    auto time = function("vp_time_poll", timed_key_);
    time.arg(id).arg(poll.version).arg(thread.view());
    (void)redis_.ask(timed_key_, std::move(time));
    if (redis_.ok()) ++timed_.repaired;
}

}  // namespace voxpop::store::redis
