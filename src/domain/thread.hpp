// A thread: the discussion of one page, and what the page shows of it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

// What is counted without asking who: views of the page, and taps, which a reader may repeat.
enum class CounterKind : std::uint8_t { view, heart, clap };
inline constexpr std::size_t kCounterKinds = 3;
using Counters = std::array<std::uint64_t, kCounterKinds>;  // by kind

[[nodiscard]] std::string_view to_string(CounterKind kind);
// A kind that readers may tap; a view is counted by watching.
[[nodiscard]] std::optional<CounterKind> parse_tap(std::string_view name);

// What the store counts of a thread. This node's viewers are not stored: they are who is connected
// now.
struct StoredCounts {
    std::uint64_t comments = 0;  // visible comments and replies
    std::uint64_t saves = 0;
    Counters counters{};
    // Of the tally that `saves` is from; 0 where it is not told (in a LogAppended).
    std::uint64_t saves_version = 0;
    // Who views it through the other nodes of the store; 0 where it is not told (in a LogAppended).
    std::uint64_t viewers_elsewhere = 0;

    friend bool operator==(const StoredCounts&, const StoredCounts&) = default;
};

}  // namespace voxpop::domain
