// Why a connection or a subscription is ended by the server, as the Centrifuge protocol numbers it.
// docs/ERRORS.md is the same table for people. Clients reconnect after every code except 1009,
// 3500-3999 and 4500-4999.
#pragma once

#include <cstdint>
#include <string_view>

namespace voxpop::net {

// Reasons are plain text of at most 32 bytes: the JavaScript client reads JSON in a reason as
// an instruction.
struct CloseCode {
    std::uint16_t code;
    std::string_view reason;

    friend bool operator==(const CloseCode& a, const CloseCode& b) { return a.code == b.code; }
};

namespace close {
inline constexpr CloseCode kTextOnly{1003, "text only"};
inline constexpr CloseCode kInvalidUtf8{1007, "invalid UTF-8"};
inline constexpr CloseCode kConnectionClosed{3000, "connection closed"};
inline constexpr CloseCode kShutdown{3001, "shutdown"};
inline constexpr CloseCode kConnectionExpired{3005, "connection expired"};
inline constexpr CloseCode kSlow{3008, "slow"};
inline constexpr CloseCode kNoPong{3012, "no pong"};
inline constexpr CloseCode kInvalidToken{3500, "invalid token"};
inline constexpr CloseCode kBadRequest{3501, "bad request"};
inline constexpr CloseCode kStale{3502, "stale"};
inline constexpr CloseCode kNotAvailable{3508, "not available"};
}  // namespace close

// An unsubscribe push: below 2500 the subscription ends, from 2500 the client resubscribes.
namespace unsubscribe {
inline constexpr CloseCode kInsufficientState{2500, "insufficient state"};
}  // namespace unsubscribe

inline constexpr std::size_t kCloseReasonBytesMax = 32;

}  // namespace voxpop::net
