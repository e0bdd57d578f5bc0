// One key for connection tokens: its id, its one algorithm, and the key itself, checked for
// strength. Wraps libjwt, which does the cryptography. Threads: immutable.
#pragma once

#include <jwt.h>

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "config/config.hpp"

namespace voxpop::app {

class SigningKey {
  public:
    // The error is a sentence for the operator: an unknown algorithm, a secret below 32 bytes, no
    // PEM public key, RSA below 2,048 bits, a curve other than P-256.
    [[nodiscard]] static std::expected<SigningKey, std::string> create(const config::TokenKey& key);

    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] std::string_view algorithm() const { return jwt_alg_str(algorithm_); }
    [[nodiscard]] bool can_sign() const { return algorithm_ == JWT_ALG_HS256; }

    // The claims as JSON, if this key's signature is on `token`; nothing otherwise.
    [[nodiscard]] std::optional<std::string> verify(const std::string& token) const;

    // `claims` (a JSON object) as a signed token. Only where can_sign().
    [[nodiscard]] std::string sign(const std::string& claims) const;

  private:
    SigningKey(std::string id, jwt_alg_t algorithm, std::string material)
        : id_(std::move(id)), algorithm_(algorithm), material_(std::move(material)) {}

    std::string id_;
    jwt_alg_t algorithm_;
    std::string material_;  // the secret, or the public key's PEM
};

// What a token's header says before anything is believed.
struct TokenHeader {
    std::string algorithm;
    std::string key_id;  // empty: none
};

// Nothing when `token` is not three base64url parts that hold JSON objects.
[[nodiscard]] std::optional<TokenHeader> read_token_header(const std::string& token);

}  // namespace voxpop::app
