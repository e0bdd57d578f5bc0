// A thread: the discussion of one page, and what the page shows of it.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/ids.hpp"

namespace voxpop::domain {

using base::Time;

enum class ThreadState : std::uint8_t { open, closed };  // closed: readable, no new comments

struct Thread {
    base::ThreadId id;
    std::string title;  // of the page; may be empty
    std::string url;    // of the page; may be empty
    ThreadState state = ThreadState::open;
    bool premoderated = false;  // new comments wait for a moderator's approval
    Time created{};
    std::uint32_t version = 1;  // counts changes of this definition

    friend bool operator==(const Thread&, const Thread&) = default;
};

// What the store counts of a thread. Viewers are not stored: they are who is connected now.
struct StoredCounts {
    std::uint64_t comments = 0;  // visible comments and replies
    std::uint64_t saves = 0;

    friend bool operator==(const StoredCounts&, const StoredCounts&) = default;
};

}  // namespace voxpop::domain
