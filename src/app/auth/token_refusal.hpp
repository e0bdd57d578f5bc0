// What is wrong with a token that is refused.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace voxpop::app {

// For whoever watches the server; in the order of base::Metric.
enum class TokenFault : std::uint8_t {
    missing,      // none came where one is required
    malformed,    // no token of ours, nor a JWT
    unknown_key,  // no key of that `kid`
    signature,
    claims,      // missing, wrong, not valid yet, too long-lived
    expired,     // what every client meets, which then brings a new one
    device,      // a guest's token, of another secret or where guests are not let in
    other_user,  // a fresh token for a connection that is somebody else's
    not_admin,   // at the API: neither the admin token nor of an admin
};

// With what the client is told.
struct TokenRefusal : base::Error {
    TokenFault fault = TokenFault::malformed;
};

}  // namespace voxpop::app
