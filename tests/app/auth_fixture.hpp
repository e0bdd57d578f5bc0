// Keys and tokens for the tests of authentication, made anew in every run.
#pragma once

#include <jwt.h>

#include <string>

#include "app/auth/authenticator.hpp"
#include "config/keys.hpp"

namespace voxpop::test {

inline constexpr std::int64_t kNowSeconds = 1'700'000'000;
inline const base::Time kNow = base::from_millis(kNowSeconds * 1000);
inline const std::string kHmacSecret = "a secret of the site, 32 bytes or more";

struct KeyPair {
    std::string private_pem;
    std::string public_pem;
};
[[nodiscard]] KeyPair make_rsa_key(unsigned bits);
[[nodiscard]] KeyPair make_ec_key(const char* curve);

[[nodiscard]] std::string base64url(const std::string& bytes);

// A token as another library would make it; `kid` empty: none.
[[nodiscard]] std::string sign_with(
    const std::string& kid, jwt_alg_t algorithm, const std::string& key, const std::string& claims
);
[[nodiscard]] std::string sign_hs256(
    const std::string& kid, const std::string& secret, const std::string& claims
);

// Made once: an RSA key takes long to find.
[[nodiscard]] const KeyPair& site_rsa_key();
[[nodiscard]] const KeyPair& site_ec_key();

// A site with one key of each algorithm: "h", "r" and "e".
struct AuthKeys {
    KeyPair rsa = site_rsa_key();
    KeyPair ec = site_ec_key();

    [[nodiscard]] config::AuthConfig config() const;
    [[nodiscard]] app::Authenticator authenticator() const;
    [[nodiscard]] std::string hs256(const std::string& claims) const;
    [[nodiscard]] std::string rs256(const std::string& claims) const;
    [[nodiscard]] std::string es256(const std::string& claims) const;
};

}  // namespace voxpop::test
