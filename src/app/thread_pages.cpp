#include "app/thread_pages.hpp"

#include <utility>

#include "base/limits.hpp"
#include "domain/page_bytes.hpp"

namespace voxpop::app {
namespace limits = base::limits;

namespace {

std::string key_of(const domain::PageRequest& request) {
    return request.thread.str() + ' ' + std::to_string(static_cast<int>(request.sort)) + ' ' +
           std::to_string(request.limit) + ' ' + std::to_string(request.inline_replies) +
           (request.staff ? " s " : " r ") + request.root.str() + ' ' + request.cursor;
}

}  // namespace

void ThreadPages::get(const domain::PageRequest& request, Then then) {
    const std::string key = key_of(request);
    auto [at, created] = entries_.try_emplace(key);
    Entry& entry = at->second;
    const bool fresh = entry.page && !entry.stale && entry.loaded + keep_ > clock_.monotonic();
    if (fresh) return then(entry.page);
    drop_page(entry);
    const bool reading = !entry.waiting.empty();
    if (reading && entry.stale) {
        // What is being read is older than the caller's own write: ask again, alone.
        return read_alone(request, std::move(then));
    }
    entry.thread = request.thread;
    entry.waiting.push_back(std::move(then));
    if (reading) return;
    entry.stale = false;
    drop_old();
    read_alone(request, [this, key](base::Result<Pointer> page) { settle(key, std::move(page)); });
}

void ThreadPages::read_alone(const domain::PageRequest& request, Then then) {
    store_.thread(
        request.thread,
        on_loop<base::Result<domain::ThreadView>>(
            loop_,
            [this, request, then = std::move(then)](auto view) mutable {
                if (!view) return then(std::unexpected(view.error()));
                store_.comments(
                    request, on_loop<base::Result<domain::CommentPage>>(
                                 loop_,
                                 [request, view = std::move(*view),
                                  then = std::move(then)](auto comments) mutable {
                                     if (!comments) return then(std::unexpected(comments.error()));
                                     domain::shorten(*comments, request, limits::kPageBytesMax);
                                     then(std::make_shared<const ThreadPage>(
                                         ThreadPage{std::move(view), std::move(*comments)}
                                     ));
                                 }
                             )
                );
            }
        )
    );
}

void ThreadPages::settle(const std::string& key, base::Result<Pointer> page) {
    Entry& entry = entries_.at(key);  // one that is being read is never dropped
    auto waiting = std::exchange(entry.waiting, {});
    const auto bytes = page ? domain::json_bytes_max((*page)->comments.comments) : 0;
    const bool room = entries_.size() <= limits::kThreadPagesMax &&
                      bytes_ + bytes <= limits::kThreadPagesBytesMax;
    if (page && !entry.stale && room) {
        entry.page = *page;
        entry.bytes = bytes;
        entry.loaded = clock_.monotonic();
        bytes_ += bytes;
    } else {
        entries_.erase(key);
    }
    for (auto& then : waiting) then(page);
}

void ThreadPages::forget(const base::ThreadId& thread) {
    forget_if([&thread](const Entry& entry) { return entry.thread == thread; });
}

void ThreadPages::forget_all() {
    forget_if([](const Entry&) { return true; });
}

template <class Which>
void ThreadPages::forget_if(Which which) {
    for (auto at = entries_.begin(); at != entries_.end();) {
        if (!which(at->second)) {
            ++at;
        } else if (at->second.waiting.empty()) {
            drop_page(at->second);
            at = entries_.erase(at);
        } else {
            at->second.stale = true;
            ++at;
        }
    }
}

void ThreadPages::drop_page(Entry& entry) {
    bytes_ -= std::exchange(entry.bytes, 0);
    entry.page = nullptr;
}

// What is older than it may be shown, once in a while.
void ThreadPages::drop_old() {
    const auto now = clock_.monotonic();
    if (now < dropped_ + keep_) return;
    dropped_ = now;
    forget_if([&](const Entry& entry) { return entry.page && entry.loaded + keep_ <= now; });
}

}  // namespace voxpop::app
