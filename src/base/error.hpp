// Everything that can be refused, with the number that goes over the wire. 100–112 are the
// Centrifuge protocol's own; the application's begin at 400. docs/ERRORS.md is the same table for
// people, and a test keeps the two in step.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace voxpop::base {

enum class ErrorCode : std::uint16_t {
    internal = 100,  // temporary
    unauthorized = 101,
    unknown_channel = 102,
    permission_denied = 103,
    method_not_found = 104,
    already_subscribed = 105,
    limit_exceeded = 106,
    bad_request = 107,
    not_available = 108,
    token_expired = 109,
    expired = 110,
    too_many_requests = 111,  // temporary
    unrecoverable_position = 112,

    thread_not_found = 400,
    poll_not_found = 401,
    comment_not_found = 402,
    poll_closed = 403,     // it was open; the ballot came too late
    poll_not_open = 404,   // draft, scheduled or paused
    invalid_choice = 405,  // unknown option, too few or too many
    ballot_final = 406,    // the poll's policy forbids changing
    retract_not_allowed = 407,
    invalid_text = 408,      // empty, too long, not UTF-8, control characters
    version_conflict = 409,  // somebody else changed it first
    edit_window_over = 410,
    thread_closed = 411,
    options_locked = 412,  // a ballot was cast, so the options stay
    key_reused = 413,      // the idempotency key belongs to another command
    already_exists = 414,
    invalid_state_change = 415,
    store_unavailable = 420,  // temporary; rarely it was stored all the same (docs/ERRORS.md)
    overloaded = 421,         // temporary; a bounded queue is full, nothing was stored
};

struct ErrorInfo {
    ErrorCode code;
    std::string_view name;     // as in docs/ERRORS.md
    std::string_view message;  // what the client is told unless the error brings its own words
    bool temporary;            // repeating the same command later may succeed
    int http_status;
};

// The row of `code`. Any thread; never fails.
[[nodiscard]] const ErrorInfo& info(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::internal;
    // One English sentence for the client's developer, of the store's troubles for the operator;
    // empty: the table's message.
    std::string detail;

    [[nodiscard]] std::string_view message() const {
        return detail.empty() ? info(code).message : std::string_view(detail);
    }
    // What a client may be told. In the store's own words there are addresses and files, which are
    // the operator's business.
    [[nodiscard]] std::string_view public_message() const {
        return code == ErrorCode::store_unavailable ? info(code).message : message();
    }
    [[nodiscard]] bool temporary() const { return info(code).temporary; }
    friend bool operator==(const Error& a, const Error& b) { return a.code == b.code; }
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string detail = {}) {
    return std::unexpected(Error{code, std::move(detail)});
}

}  // namespace voxpop::base
