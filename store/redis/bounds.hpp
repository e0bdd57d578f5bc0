// The bounds of this store that are nobody else's business.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/limits.hpp"

namespace voxpop::store::redis::bounds {

using namespace std::chrono_literals;

// One call of the write function: large enough that its fixed costs vanish, small enough that Redis
// is back for others within a few milliseconds, and below what Lua can unpack (8000 values).
inline constexpr std::size_t kCallCommandsMax = 512;
inline constexpr std::size_t kCallBytesMax = 512 * 1024;
// Calls under way to one thread. Two keep Redis busy; while they are, the next one gathers.
inline constexpr std::size_t kCallsInFlight = 2;

// Records that a stream keeps at least: of a thread, of the site.
inline constexpr std::size_t kStreamEventsMax = 10'000;
// How long a batch's reply is kept for a repetition: longer than any node repeats it, which
// RedisStore's constructor checks.
inline constexpr auto kBatchTtl = 10min;

// How far the site's stream has followed each thread is kept this long after the last comment: so
// many threads are what that key holds.
inline constexpr auto kSeenTtl = std::chrono::hours(24 * 30);

// Calls that could not be sent, or got no answer, are tried again this often.
inline constexpr auto kRetryInterval = 50ms;

// With Ack::replicated: how often replicas are looked for while there are too few, and how long the
// key lives that is written for that.
inline constexpr auto kReplicaProbeInterval = 500ms;
inline constexpr std::chrono::milliseconds kReplicatedTtl = 1min;

// Where polls and comments belong, as a node remembers it; when full, it begins anew.
inline constexpr std::size_t kIndexEntriesMax = 100'000;

// Events left in a thread's outbox by a node that died are looked for in threads that had a comment
// within kActiveTtl, so many at a time; a node marks a thread as active at most every
// kActiveInterval.
inline constexpr auto kActiveTtl = 1h;
inline constexpr auto kActiveInterval = 5min;
inline constexpr std::size_t kSweepThreadsMax = 1'000;
inline constexpr std::size_t kOutboxReadMax = 256;

// Events of the site's stream that another node brought and whose comments are still to be read
// here: beyond them all are forgotten, and told as a gap.
inline constexpr std::size_t kSiteRecordsMax = kStreamEventsMax;

// Definitions that could not be told to the other nodes yet.
inline constexpr std::size_t kAnnouncementsMax = 1'000;

// A node says again who views through it, and looks what others say, so often within the time to
// live; of this many threads at once, so that all of them never fill a connection's queue.
inline constexpr int kViewersSaidPerTtl = 3;
inline constexpr std::size_t kViewersSaidAtOnceMax = 1'000;

// Redis counts no more ballots in one step than this, for `voxpop verify` or because a tally is
// lost: some hundredths of a second in which everybody else waits.
inline constexpr std::size_t kBallotsAtOnceMax = 20'000;

// How much of what was acknowledged is compared at each look at servers that stay connected.
inline constexpr std::size_t kLookThreadsMax = 100;
inline constexpr std::size_t kLookBoxesMax = 16;
// Of one comparison that finds losses, so many lines are logged; of the rest, how many.
inline constexpr std::size_t kLossLinesMax = 20;

// Of what was acknowledged, a node remembers this many threads and boxes, to notice a loss.
inline constexpr std::size_t kKnownThreadsMax = 20'000;
inline constexpr std::size_t kKnownBoxesMax = 100'000;
// Servers that were connected to: those of a Cluster that grows and moves for years.
inline constexpr std::size_t kServersMax = 1'000;

static_assert(kCallCommandsMax * 2 < 8'000, "fields and values of one HSET are unpacked in Lua");
static_assert(kActiveInterval * 2 < kActiveTtl);
static_assert(
    base::limits::kViewersTtl / kViewersSaidPerTtl >
        base::limits::kOpenChannelsMax / kViewersSaidAtOnceMax * 10ms,
    "a node that has as many threads as it may says them some milliseconds apart"
);
static_assert(base::limits::kRecoverEventsMax <= kStreamEventsMax);

}  // namespace voxpop::store::redis::bounds
