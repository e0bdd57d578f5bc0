// From what a connection brought to what a caller is told.
#pragma once

#include <string>

#include "store/redis/client/client.hpp"
#include "store/redis/client/in_flight.hpp"
#include "store/redis/client/server_error.hpp"

namespace voxpop::store::redis {

[[nodiscard]] inline CallResult unsent(std::string why) {
    return {.status = CallStatus::unsent, .why = std::move(why)};
}

// A redirection is `refused` here; who can follow it looks at parse_server_error() first.
[[nodiscard]] inline CallResult to_result(Outcome outcome) {
    if (outcome.kind == Outcome::Kind::unsent) return unsent(std::move(outcome.why));
    if (outcome.kind == Outcome::Kind::unknown)
        return {.status = CallStatus::unknown, .why = std::move(outcome.why)};
    const ReplyView reply = outcome.reply.view();
    if (!reply.error())
        return {
            .status = CallStatus::reply,
            .reply = std::move(outcome.reply),
            .replicas = outcome.replicas,
        };
    using Kind = ServerError::Kind;
    const auto kind = parse_server_error(reply.text(), {}).kind;
    const bool later =
        kind == Kind::unavailable || kind == Kind::demoted || kind == Kind::unprepared;
    return {
        .status = later ? CallStatus::unsent : CallStatus::refused,
        .why = std::string(reply.text()),
    };
}

}  // namespace voxpop::store::redis
