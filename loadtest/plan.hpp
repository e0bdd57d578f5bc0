// A run, worked out to the last detail before it begins: who connects where and when, what each
// follows, and what is sent at which rate. Made of a scenario, the options and what the
// installation answered; shared by all workers, immutable.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "loadtest/check/journal.hpp"
#include "loadtest/schedule.hpp"
#include "loadtest/target.hpp"

namespace voxpop::load {

enum class Wire : std::uint8_t { centrifuge, ws_raw };

enum class ChannelKind : std::uint8_t { thread, poll, counts, moderation };

struct ThreadPlan {
    std::string id;
    std::uint64_t offset_before = 0;
};

struct PollPlan {
    std::string id;
    std::vector<std::string> options;
    std::string results = "always";  // who may see them
};

// Something to subscribe to. `subject` is the thread's or poll's place in the plan.
struct ChannelPlan {
    ChannelKind kind = ChannelKind::thread;
    std::string name;
    std::size_t subject = 0;
};

// A kind of reader: `channels` are places in Plan::channels.
struct GroupPlan {
    std::uint64_t readers = 0;
    std::vector<std::uint32_t> channels;
    std::size_t thread = 0;  // where they write
    std::size_t poll = 0;
    bool moderators = false;
};

enum class Command : std::uint8_t { vote, comment, save, moderate, raw };

struct TrafficPlan {
    Command command = Command::vote;
    RateCurve curve = RateCurve::constant(0, 0);
    Spacing spacing = Spacing::poisson;
};

// A share of the readers that reads a little, then not at all for a while.
struct SlowPlan {
    double share = 0;
    double pause_seconds = 5;
};

// Again and again a share of all connections is cut at once.
struct StormPlan {
    double every_seconds = 0;  // 0: never
    double share = 0;
};

struct RawPlan {
    std::string subscribe;  // sent when the connection is up; empty: nothing
    std::string publish;    // `{t}` becomes the intended time in nanoseconds
};

struct Plan {
    std::uint64_t run = 0;
    std::int64_t began_ns = 0;  // of the monotonic clock: the zero of the journal's times
    Wire wire = Wire::centrifuge;
    std::vector<Target> targets;
    std::string origin;
    std::vector<ThreadPlan> threads;
    std::vector<PollPlan> polls;
    std::vector<ChannelPlan> channels;
    std::vector<GroupPlan> groups;  // reader i belongs to the group that holds it, in this order
    std::string moderator_token;
    std::vector<std::string> reader_tokens;  // one for each reader; none: they are guests
    RawPlan raw;

    RateCurve arrivals = RateCurve::constant(0, 0);
    bool arrivals_are_measured = false;  // they are the load, not its preparation
    std::vector<TrafficPlan> traffic;
    double duration_seconds = 0;
    SlowPlan slow;
    StormPlan storm;
    std::int64_t stall_ms = 1'000;

    [[nodiscard]] std::uint64_t connections() const {
        std::uint64_t sum = 0;
        for (const auto& group : groups) sum += group.readers;
        return sum;
    }
    // What one connects with who is not counted as a reader.
    [[nodiscard]] std::string any_token() const {
        return reader_tokens.empty() ? std::string() : reader_tokens.front();
    }
    // The group of reader `i`, as its place.
    [[nodiscard]] std::uint16_t group_of(std::uint64_t i) const {
        std::uint16_t place = 0;
        for (; place + 1U < groups.size() && i >= groups[place].readers; ++place) {
            i -= groups[place].readers;
        }
        return place;
    }
};

}  // namespace voxpop::load
