#include "base/error.hpp"

#include <array>
#include <cstdlib>

namespace voxpop::base {
namespace {

using enum ErrorCode;

constexpr std::array kErrors = {
    ErrorInfo{internal, "internal", "internal server error", true, 500},
    ErrorInfo{unauthorized, "unauthorized", "unauthorized", false, 401},
    ErrorInfo{unknown_channel, "unknown_channel", "unknown channel", false, 404},
    ErrorInfo{permission_denied, "permission_denied", "permission denied", false, 403},
    ErrorInfo{method_not_found, "method_not_found", "method not found", false, 404},
    ErrorInfo{already_subscribed, "already_subscribed", "already subscribed", false, 409},
    ErrorInfo{limit_exceeded, "limit_exceeded", "limit exceeded", false, 413},
    ErrorInfo{bad_request, "bad_request", "bad request", false, 400},
    ErrorInfo{not_available, "not_available", "not available", false, 404},
    ErrorInfo{token_expired, "token_expired", "token expired", false, 401},
    ErrorInfo{expired, "expired", "expired", false, 401},
    ErrorInfo{too_many_requests, "too_many_requests", "too many requests", true, 429},
    ErrorInfo{
        unrecoverable_position, "unrecoverable_position", "unrecoverable position", false, 410
    },
    ErrorInfo{thread_not_found, "thread_not_found", "no such thread", false, 404},
    ErrorInfo{poll_not_found, "poll_not_found", "no such poll", false, 404},
    ErrorInfo{comment_not_found, "comment_not_found", "no such comment", false, 404},
    ErrorInfo{poll_closed, "poll_closed", "the poll is closed", false, 409},
    ErrorInfo{poll_not_open, "poll_not_open", "the poll is not open", false, 409},
    ErrorInfo{invalid_choice, "invalid_choice", "these options cannot be chosen", false, 422},
    ErrorInfo{ballot_final, "ballot_final", "the ballot cannot be changed", false, 409},
    ErrorInfo{
        retract_not_allowed, "retract_not_allowed", "the ballot cannot be withdrawn", false, 409
    },
    ErrorInfo{invalid_text, "invalid_text", "the text cannot be accepted", false, 422},
    ErrorInfo{version_conflict, "version_conflict", "somebody changed it first", false, 409},
    ErrorInfo{edit_window_over, "edit_window_over", "the time for editing is over", false, 409},
    ErrorInfo{thread_closed, "thread_closed", "the thread is closed for comments", false, 409},
    ErrorInfo{
        options_locked, "options_locked", "options are locked by the first ballot", false, 409
    },
    ErrorInfo{key_reused, "key_reused", "the key belongs to another command", false, 409},
    ErrorInfo{already_exists, "already_exists", "it exists already", false, 409},
    ErrorInfo{
        invalid_state_change, "invalid_state_change", "not possible in this state", false, 409
    },
    ErrorInfo{
        store_unavailable, "store_unavailable", "the store is away for the moment; try again", true,
        503
    },
    ErrorInfo{overloaded, "overloaded", "the server is overloaded", true, 503},
};

}  // namespace

const ErrorInfo& info(ErrorCode code) {
    for (const auto& row : kErrors) {
        if (row.code == code) return row;
    }
    std::abort();  // a value outside the enum: memory is broken
}

}  // namespace voxpop::base
