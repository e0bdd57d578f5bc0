// Says who somebody is: verifies the site's connection tokens (JWT), makes and verifies guests'
// device tokens, issues tokens for `voxpop token`, and checks the bearer token of the site's
// backend.
//
// The algorithm belongs to the key. A token chooses its key by `kid` and nothing else; a token
// whose header names another algorithm than its key's, `none` included, is refused before any
// arithmetic. A device token is not a JWT and is made with a key of its own, so neither kind can
// pass for the other.
//
// Threads: immutable after creation; any thread may call any method.
#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/auth/secrets.hpp"
#include "app/auth/token_refusal.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "config/config.hpp"
#include "domain/identity.hpp"

namespace voxpop::app {

// Users of the site may not have ids that begin like this: it is how guests' ids begin.
inline constexpr std::string_view kGuestPrefix = "g_";

// A guest's identity with the token that proves it the next time.
struct Device {
    std::string token;
    domain::Identity identity;  // role guest, empty name, never expires
};

// Who came in, and what to hand back to them.
struct Visitor {
    domain::Identity identity;
    std::string device_token;  // for the connect result's `data.device`; empty unless a guest
    // Why the device token that came was not taken: this is a new guest then.
    std::optional<TokenRefusal> refused;
};

struct TokenRequest {
    base::UserId user;
    domain::Role role = domain::Role::reader;
    std::string name;
    std::chrono::seconds ttl = base::limits::kTokenTtlMax;
};

class Authenticator {
  public:
    // Reads the keys' PEM texts. The error is a sentence for the operator that names the key: no
    // PEM, RSA below 2,048 bits, a curve other than P-256, an unknown algorithm, two keys of one
    // id.
    [[nodiscard]] static std::expected<Authenticator, std::string> create(
        const config::AuthConfig& config, const Secrets& secrets
    );
    Authenticator(Authenticator&&) noexcept;
    Authenticator& operator=(Authenticator&&) noexcept;
    ~Authenticator();

    // What a connection is admitted as: the token's user; without a token a new guest; with a
    // device token the same guest as before. A device token that no longer verifies (the secret was
    // changed) makes a new guest, for a refusal would lock a browser out that stored it. Errors: as
    // verify(), and unauthorized for a guest where guests are not allowed.
    [[nodiscard]] std::expected<Visitor, TokenRefusal> admit(std::string_view token, base::Time now)
        const;

    // The identity that a connection or device token proves.
    // Errors: token_expired; unauthorized for everything else that is wrong with it.
    [[nodiscard]] std::expected<domain::Identity, TokenRefusal> verify(
        std::string_view token, base::Time now
    ) const;

    // A new guest: "g_" and 128 random bits. Guests have no name: pages show their own word for
    // guest and a few characters of the id, in the reader's language.
    [[nodiscard]] Device issue_device() const;

    // A connection token, signed with the first configured HS256 key, else with our own.
    // Errors: bad_request (a guest's id or role, a ttl below one second or above the configured
    // most).
    [[nodiscard]] base::Result<std::string> issue_token(const TokenRequest& request, base::Time now)
        const;

    // Whether `bearer` is the configured admin token; compared in constant time. False when none is
    // configured.
    [[nodiscard]] bool is_admin_token(std::string_view bearer) const;

  private:
    struct State;
    explicit Authenticator(std::unique_ptr<const State> state);

    std::unique_ptr<const State> state_;
};

}  // namespace voxpop::app
