// The claims of a connection token (RFC 7519 and the conventions of the Centrifuge protocol), read
// from the JSON of a token whose signature was verified. Pure. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "domain/identity.hpp"

namespace voxpop::app {

struct Claims {
    std::string subject;
    base::Time expires;                          // `exp`, required
    std::optional<base::Time> not_before;        // `nbf`
    std::optional<base::Time> connection_until;  // `expire_at`, in place of `exp`; see below
    bool connection_forever = false;             // `expire_at` 0: the connection outlives its token
    std::string name;                            // `info.name`, else `name`; raw
    domain::Role role = domain::Role::reader;    // `role`
};

// Error: unauthorized, naming the claim that is missing or wrong.
[[nodiscard]] base::Result<Claims> parse_claims(std::string_view json);

// Who the claims say somebody is at `now`.
// Errors: token_expired; unauthorized (not valid yet, lives longer than `ttl_max` where that is not
// zero, a subject that is no user id or looks like a guest's).
[[nodiscard]] base::Result<domain::Identity> identity_from(
    const Claims& claims, base::Time now, base::Millis ttl_max
);

}  // namespace voxpop::app
