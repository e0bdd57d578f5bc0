#include "app/watches.hpp"

#include <utility>

#include "base/check.hpp"

namespace voxpop::app {

void Watches::add(const base::ThreadId& thread, Then then) {
    auto [at, created] = watches_.try_emplace(thread);
    Watch& watch = at->second;
    if (watch.established) {
        ++watch.users;
        return then({});
    }
    watch.waiting.push_back(std::move(then));
    if (created) ask(thread);
}

void Watches::ask(const base::ThreadId& thread) {
    store_.watch(thread, on_loop<base::Result<void>>(loop_, [this, thread](auto answer) {
                     answered(thread, answer);
                 }));
}

// Whoever is told becomes a user, or not, at that moment; so nobody can leave before.
void Watches::answered(const base::ThreadId& thread, const base::Result<void>& answer) {
    const auto at = watches_.find(thread);
    base::check(at != watches_.end() && !at->second.established);
    auto waiting = std::move(at->second.waiting);
    if (answer) {
        at->second = {.users = waiting.size(), .established = true, .waiting = {}};
    } else {
        watches_.erase(at);
    }
    for (auto& then : waiting) then(answer);
}

void Watches::drop(const base::ThreadId& thread) {
    const auto at = watches_.find(thread);
    base::check(at != watches_.end() && at->second.users > 0);
    if (--at->second.users > 0) return;
    watches_.erase(at);
    store_.unwatch(thread);
}

}  // namespace voxpop::app
