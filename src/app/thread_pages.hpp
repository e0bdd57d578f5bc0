// Pages of a thread as everybody sees them, shared for a moment: when a story breaks, ten thousand
// readers ask for the same first page within a second, and the store answers a few of them. A page
// is kept for at most one tick, and not beyond a comment written through this core, so who writes
// it reads it back. What is written through other cores and nodes shows a tick later at most; the
// page says where the stream stood, so nobody who subscribes from there misses it.
//
// One core's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/core_loop.hpp"
#include "base/clock.hpp"
#include "domain/store.hpp"

namespace voxpop::app {

// A thread and a page of its comments. The page's position is where its stream stood.
struct ThreadPage {
    domain::ThreadView view;
    domain::CommentPage comments;
};

class ThreadPages {
  public:
    using Pointer = std::shared_ptr<const ThreadPage>;
    using Then = std::move_only_function<void(base::Result<Pointer>)>;

    ThreadPages(CoreLoop& loop, domain::Store& store, const base::Clock& clock, base::Millis keep)
        : loop_(loop), store_(store), clock_(clock), keep_(keep) {}

    // Shorter than asked for where the comments take more than kPageBytesMax.
    // Errors: thread_not_found, bad_request (cursor), store_unavailable, overloaded.
    void get(const domain::PageRequest& request, Then then);

    // A comment of the thread was written.
    void forget(const base::ThreadId& thread);
    // The store may have lost something.
    void forget_all();

  private:
    struct Entry {
        base::ThreadId thread;
        Pointer page;
        std::size_t bytes = 0;  // of the page
        base::Monotonic loaded{};
        std::vector<Then> waiting;
        bool stale = false;  // was written to while it was being read
    };

    void read_alone(const domain::PageRequest& request, Then then);
    void settle(const std::string& key, base::Result<Pointer> page);
    void drop_old();
    void drop_page(Entry& entry);
    template <class Which>
    void forget_if(Which which);

    CoreLoop& loop_;
    domain::Store& store_;
    const base::Clock& clock_;
    base::Millis keep_;
    std::unordered_map<std::string, Entry> entries_;
    std::size_t bytes_ = 0;  // of all pages that are kept
    base::Monotonic dropped_{};
};

}  // namespace voxpop::app
