// The commands that a reader sends, as JSON lines of the Centrifuge client protocol v2. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace voxpop::load {

// Where a stream was left, to recover from.
struct Position {
    std::string_view epoch;
    std::uint64_t offset = 0;
    bool known = false;
};

// Each appends one line, without a newline. `id` is the command's.
void append_connect(std::string& out, std::uint32_t id, std::string_view token);
void append_subscribe(
    std::string& out, std::uint32_t id, std::string_view channel, const Position& recover_from
);
void append_history(
    std::string& out, std::uint32_t id, std::string_view channel, const Position& since, int limit
);
// `data` is JSON.
void append_rpc(std::string& out, std::uint32_t id, std::string_view method, std::string_view data);

// The data of the remote calls.
[[nodiscard]] std::string vote_data(
    std::string_view poll, std::string_view option, std::string_view key
);
[[nodiscard]] std::string comment_data(
    std::string_view thread, std::string_view text, std::string_view key
);
[[nodiscard]] std::string save_data(std::string_view thread, bool on);
[[nodiscard]] std::string decide_data(
    std::string_view comment, std::string_view action, std::string_view reason
);

// What a comment of the tool says: who runs it and when it was meant to be sent, so that whoever
// sees it knows how long it took. Times are of this machine's monotonic clock.
struct Stamp {
    std::uint64_t run = 0;
    std::uint64_t serial = 0;
    std::int64_t intended_ns = 0;
};
[[nodiscard]] std::string stamped_text(const Stamp& stamp);
// False when `text` carries no stamp.
[[nodiscard]] bool read_stamp(std::string_view text, Stamp& out);

}  // namespace voxpop::load
