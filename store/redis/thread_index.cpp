#include "store/redis/thread_index.hpp"

#include <utility>

#include "store/redis/bounds.hpp"
#include "store/redis/function_call.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/replication.hpp"

namespace voxpop::store::redis {

void ThreadIndex::find(const base::PollId& poll, Found found) {
    find(keys::poll(poll), std::move(found));
}
void ThreadIndex::find(base::CommentId comment, Found found) {
    find(keys::comment(comment), std::move(found));
}
void ThreadIndex::claim(const base::PollId& poll, const base::ThreadId& thread, Claimed claimed) {
    claim(keys::poll(poll), thread, std::move(claimed));
}
void ThreadIndex::claim(base::CommentId comment, const base::ThreadId& thread, Claimed claimed) {
    claim(keys::comment(comment), thread, std::move(claimed));
}

void ThreadIndex::find(std::string key, Found found) {
    if (const auto at = known_.find(key); at != known_.end()) return found(at->second.thread);
    Command get("GET");
    get.arg(key);
    client_.call(
        key, std::move(get),
        [this, key, found = std::move(found)](CallResult result) mutable {
            if (!result.ok())
                return found(base::fail(base::ErrorCode::store_unavailable, result.why));
            if (result.view().nil()) return found(std::nullopt);
            const auto thread = base::ThreadId::from(result.view().text());
            if (thread) remember(key, *thread, false);
            found(thread);
        }
    );
}

void ThreadIndex::claim(std::string key, const base::ThreadId& thread, Claimed claimed) {
    if (const auto at = known_.find(key); at != known_.end() && at->second.claimed)
        return claimed(at->second.thread);
    auto claim = function("vp_claim", key);
    claim.arg(thread.view());
    replication_.write(
        key, std::move(claim),
        [this, key, thread, claimed = std::move(claimed)](base::Result<Reply> reply) mutable {
            if (!reply) return claimed(std::unexpected(std::move(reply.error())));
            const auto there = base::ThreadId::from(reply->view().text()).value_or(thread);
            remember(key, there, true);
            claimed(there);
        }
    );
}

void ThreadIndex::remember(std::string key, const base::ThreadId& thread, bool claimed) {
    if (known_.size() >= bounds::kIndexEntriesMax) known_.clear();
    Entry& entry = known_.try_emplace(std::move(key), Entry{.thread = thread}).first->second;
    entry.claimed |= claimed;
}

}  // namespace voxpop::store::redis
