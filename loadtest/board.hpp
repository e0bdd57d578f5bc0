// What workers and the conductor tell each other while a run goes on: the phase, counters and
// latencies. One block of memory, shared by threads and (mapped before they are forked) by
// processes alike, so nothing is ever sent, merged or serialised: whoever wants to know reads.
//
// Invariant: a WorkerBoard has one writer, its worker. Everything is relaxed: each number is
// meaningful by itself; the phase alone is released and acquired, with what was prepared before it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "loadtest/histogram.hpp"

namespace voxpop::load {

// What a latency was measured of.
enum class Event : std::uint8_t {
    connect,      // intended arrival → connect result
    subscribe,    // intended arrival → the last channel's subscribe result
    vote,         // intended time of the command → its acknowledgement
    comment,      // the same
    save,         // the same
    moderate,     // the same
    see_comment,  // intended time of a comment → each subscriber has it
    see_tally,    // intended time of the oldest vote that a tally newly shows → each subscriber has
                  // it
    message,      // ws-raw: the time in the payload → each subscriber has it
    count_
};
inline constexpr std::size_t kEvents = static_cast<std::size_t>(Event::count_);
[[nodiscard]] std::string_view to_string(Event event);

enum class Counter : std::uint8_t {
    open,   // connections now, handshake done
    ready,  // of them: connected and subscribed to all channels
    connect_attempts,
    connect_failures,  // refused, reset, or an error instead of the connect result
    lost_connections,  // ended by the server or the network after they were open
    sent,              // commands that write
    acknowledged,
    refused,  // answered with an error: by code in `refusals`
    unknown,  // never answered: may or may not have happened
    unsent,   // due while nobody was connected
    late,     // sent more than kLate after their intended time
    slip_max_us,
    deliveries,  // publications received
    frames,
    bytes_in,
    bytes_out,
    recovered,  // streams that went on after a reconnect with everything missed
    reloads,    // streams whose subscriber was told to reload
    recovered_publications,
    stalls,
    broken,       // messages that were not of the protocol
    unwritten,    // 1: the worker's journal could not be written whole
    outstanding,  // commands waiting for an answer now
    behind,       // subscribers that lack a publication known to exist, now
    cpu_us,
    memory_bytes,     // what the worker's process grew by since it began; of one worker a process
    loop_gap_max_us,  // longest time away from the sockets: the client's own stalls
    count_
};
inline constexpr std::size_t kCounters = static_cast<std::size_t>(Counter::count_);

inline constexpr std::int64_t kLateNs = 10'000'000;

struct Refusal {
    std::atomic<std::uint32_t> code;
    std::atomic<std::uint64_t> count;
};
inline constexpr std::size_t kRefusalCodesMax = 24;

struct alignas(64) WorkerBoard {
    std::array<std::atomic<std::uint64_t>, kCounters> counters;
    std::array<SharedHistogram, kEvents> latency;
    std::array<Refusal, kRefusalCodesMax> refusals;
    std::atomic<bool> finished;

    // The worker only.
    void add(Counter counter, std::uint64_t by = 1);
    void subtract(Counter counter, std::uint64_t by = 1);
    void set(Counter counter, std::uint64_t value);
    void raise(Counter counter, std::uint64_t value);  // to `value` if that is more
    void record(Event event, std::int64_t from_ns, std::int64_t to_ns);
    void refuse(std::uint32_t code);
    // Anybody.
    [[nodiscard]] std::uint64_t get(Counter counter) const;
};

enum class Phase : std::uint8_t {
    arriving,   // connections open; nothing is sent yet
    running,    // the schedules of `start_ns` hold
    draining,   // nothing new is sent; answers and publications still come
    finishing,  // workers write down where they stand and leave
};

// When each version of a poll's tally was voted for: lets any worker say how old a tally is that
// its subscribers see. A ring; versions long past are overwritten.
class TallyTimes {
  public:
    // Any thread, any process.
    void note(std::uint64_t version, std::int64_t intended_ns);
    // The intended time of the vote that made `version`; 0 when not known.
    [[nodiscard]] std::int64_t of(std::uint64_t version) const;

  private:
    static constexpr std::size_t kSize = 1 << 14;
    struct Entry {
        std::atomic<std::uint64_t> version;
        std::atomic<std::int64_t> intended_ns;
    };
    std::array<Entry, kSize> entries_;
};

inline constexpr std::size_t kTimedPollsMax = 4;
inline constexpr std::size_t kSharedThreadsMax = 1024;

struct BoardHead {
    std::atomic<Phase> phase;
    std::atomic<std::int64_t> start_ns;  // of the monotonic clock; the schedules count from it
    std::array<TallyTimes, kTimedPollsMax> tally_times;
    // By thread: the greatest offset that anybody has seen or had acknowledged.
    std::array<std::atomic<std::uint64_t>, kSharedThreadsMax> newest_offset;
};

// Owns the mapping.
class Board {
  public:
    // Throws std::system_error when the memory cannot be had.
    explicit Board(std::size_t workers);

    [[nodiscard]] BoardHead& head() { return *head_; }
    [[nodiscard]] const BoardHead& head() const { return *head_; }
    [[nodiscard]] std::span<WorkerBoard> workers() { return workers_; }
    [[nodiscard]] std::span<const WorkerBoard> workers() const { return workers_; }

    [[nodiscard]] std::uint64_t sum(Counter counter) const;
    [[nodiscard]] std::uint64_t greatest(Counter counter) const;
    [[nodiscard]] Histogram latency(Event event) const;

  private:
    struct Unmap {
        std::size_t bytes;
        void operator()(void* memory) const;
    };
    std::unique_ptr<void, Unmap> memory_;
    BoardHead* head_ = nullptr;
    std::span<WorkerBoard> workers_;
};

// Nanoseconds of the monotonic clock, which all processes of a machine share.
[[nodiscard]] std::int64_t now_ns();

}  // namespace voxpop::load
