// One command of a client, as views into the frame that brought it. Valid until the next command is
// parsed or the frame's bytes go away, whichever comes first.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace voxpop::net::protocol {

enum class CommandKind : std::uint8_t {
    pong,  // the empty object
    connect,
    subscribe,
    unsubscribe,
    publish,
    presence,
    presence_stats,
    history,
    rpc,
    send,
    refresh,
    sub_refresh,
};

// Bits of `flag` in a subscribe request.
inline constexpr std::uint32_t kAcceptsChannelNumber = 1;
inline constexpr std::uint32_t kErrorWhenUnrecoverable = 2;

struct Since {
    std::uint64_t offset = 0;
    std::string_view epoch;
};

struct Command {
    std::uint32_t id = 0;
    CommandKind kind = CommandKind::pong;

    std::string_view token;    // connect, subscribe, refresh, sub_refresh
    std::string_view data;     // raw JSON; empty: none
    std::string_view name;     // connect
    std::string_view version;  // connect
    std::string_view channel;
    std::string_view method;  // rpc

    // subscribe
    bool recover = false;
    std::uint64_t offset = 0;
    std::string_view epoch;
    std::uint32_t flag = 0;
    std::uint32_t type = 0;  // 1-4: kinds of subscription that this server does not have
    bool has_filter = false;

    // history
    std::int32_t limit = 0;
    bool reverse = false;
    std::optional<Since> since;
};

}  // namespace voxpop::net::protocol
