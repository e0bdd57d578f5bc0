// auth.keys: a list of tables, each one key for connection tokens.
//
//   [[auth.keys]]
//   id = "site-2026"            # the token's kid; leave it out for tokens without one
//   algorithm = "HS256"         # HS256: secret or secret_file; RS256, ES256: public_key_file
//   secret_file = "site.secret"
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/setting.hpp"

namespace voxpop::config {

// The id of the key that the server makes for itself; a configured key may not be called so.
inline constexpr std::string_view kLocalKeyId = "voxpop-local";

// From the environment: the array as it would stand in the file, `[{algorithm = "HS256", …}]`.
// Files that it names are read, relative to the working directory.
[[nodiscard]] std::expected<Value, std::string> parse_keys_text(const std::string& text);

// As an array of the file, with secrets hidden.
[[nodiscard]] std::string show_keys(const std::vector<TokenKey>& keys);

}  // namespace voxpop::config
