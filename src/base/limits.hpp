// Every bound of the server by name: what a queue, a buffer, a map or a text may hold before it is
// refused. Those an operator may change are repeated in the configuration with these as defaults.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace voxpop::base::limits {

using namespace std::chrono_literals;

// The wire.
inline constexpr std::size_t kCommandBytesMax = 64 * 1024;
inline constexpr std::size_t kFirstFrameBytesMax = 1024 * 1024;  // connect plus every resubscribe
inline constexpr std::size_t kCommandsPerFrameMax = 512;
inline constexpr std::size_t kOutboxBytesMax = 1024 * 1024;
inline constexpr std::size_t kOutboxBytesLeast = 704 * 1024;  // that can be configured
inline constexpr std::size_t kChannelsPerClientMax = 128;
inline constexpr std::size_t kChannelNameBytesMax = 255;
inline constexpr std::size_t kPendingCommandsMax = 256;  // then the socket is not read
inline constexpr std::size_t kSessionsPerCoreMax = 20'000;
inline constexpr int kSendBufferBytes =
    64 * 1024;  // SO_SNDBUF: what a reader that never reads may hold
inline constexpr auto kPingInterval = 25s;
inline constexpr auto kPongTimeout = 10s;
inline constexpr auto kConnectTimeout = 15s;    // without a connect command: close 3502
inline constexpr auto kHandshakeTimeout = 10s;  // for the HTTP request that upgrades
inline constexpr auto kTokenGrace = 25s;
inline constexpr auto kDrainTimeout = 5s;
inline constexpr auto kDrainWindow = 500ms;  // over which a stopping node sends its sessions away

// HTTP.
inline constexpr std::size_t kHttpHeaderBytesMax = 16 * 1024;
inline constexpr std::size_t kHttpBodyBytesMax = 256 * 1024;
inline constexpr std::size_t kBatchThreadsMax = 100;  // counts of a list of articles

// Streams.
inline constexpr auto kTick = 100ms;
inline constexpr auto kViewersInterval = 1s;  // counts that changed by their viewers alone
inline constexpr std::size_t kHistoryEventsMax = 1'000;
inline constexpr auto kHistoryAge = 5min;
inline constexpr std::size_t kRecoverEventsMax = 1'000;
inline constexpr std::size_t kOpenChannelsMax = 100'000;
inline constexpr auto kIdleChannelLinger =
    60s;  // a channel that nobody watches is forgotten after it

// The ledger.
inline constexpr auto kGroupCommitInterval = 5ms;
inline constexpr std::size_t kGroupCommandsMax = 4'096;
inline constexpr std::size_t kStoreQueueCommandsMax = 65'536;
inline constexpr std::size_t kStoreReadsMax = 16'384;
inline constexpr auto kIdempotencyTtl = std::chrono::hours(24);

// Taps and views. A core gathers them for one interval; that much a crash may lose.
inline constexpr auto kCounterFlushInterval = 250ms;
inline constexpr std::size_t kCountedThreadsMax = 16'384;  // of one core, between two flushes
inline constexpr std::uint64_t kTapsPerCallMax = 100;

// Several nodes on one store.
inline constexpr std::size_t kRereadsMax = 64;          // at once, of what a gap puts in doubt
inline constexpr unsigned kRereadRestTicksMax = 32;     // after readings that failed
inline constexpr std::size_t kEarlyChangesMax = 4'096;  // kept for one thread while it is read
inline constexpr auto kViewersTtl = 10s;  // a node that has died watches nothing after it

// Content.
inline constexpr std::size_t kPollOptionsMax = 32;
inline constexpr std::size_t kCommentGraphemesMax = 2'000;
inline constexpr std::size_t kCommentBytesMax = 16 * 1024;
inline constexpr std::size_t kNameBytesMax = 128;
inline constexpr std::size_t kTitleBytesMax = 1'024;
inline constexpr std::size_t kReasonBytesMax = 1'024;
inline constexpr std::size_t kPageCommentsMax = 200;
inline constexpr std::size_t kPageCommentsDefault = 50;
inline constexpr std::size_t kPageBytesMax = 256 * 1024;  // of its comments, in JSON
inline constexpr std::size_t kThreadPagesMax = 1'024;     // that a core keeps for a moment
inline constexpr std::size_t kThreadPagesBytesMax = 16 * 1024 * 1024;
inline constexpr std::size_t kPollsPerThreadMax = 32;
inline constexpr auto kEditWindow = 5min;
inline constexpr auto kTokenTtlMax = 15min;
inline constexpr auto kDemoTokenTtl = std::chrono::hours(12);  // the console's, with --dev
inline constexpr auto kTokenLeeway = 5s;  // by how much a site's clock may differ from ours
inline constexpr std::size_t kTokenBytesMax = 8 * 1024;
inline constexpr std::size_t kNameGraphemesMax = 40;

// One command must fit into the first frame, and what one command can hold into the outbox.
static_assert(kCommandBytesMax <= kFirstFrameBytesMax);
static_assert(kCommentBytesMax * 2 < kCommandBytesMax);
static_assert(kPageBytesMax * 2 <= kOutboxBytesLeast / 4 * 3, "a page, and its polls");
static_assert(kPageBytesMax * 8 <= kThreadPagesBytesMax);
static_assert(kGroupCommandsMax < kStoreQueueCommandsMax);
static_assert(kRecoverEventsMax <= kHistoryEventsMax);
static_assert(kPollOptionsMax <= 64, "an option set is one 64-bit word");

}  // namespace voxpop::base::limits
