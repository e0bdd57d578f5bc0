// Secrets that the server makes for itself, once, and keeps beside its data: what signs guests'
// device tokens, and a key of our own for connection tokens, so that `voxpop token` on the same
// machine works with the same data folder. Whoever can read that folder could read the database as
// well.
//
// The files are mode 0600 and are never logged. Two processes that start at once agree on one
// secret.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "config/config.hpp"
#include "config/store_location.hpp"

namespace voxpop::app {

struct Secrets {
    std::string device_secret;  // kSecretBytes of them, or what is configured
    std::string token_key;
};

inline constexpr std::size_t kSecretBytes = 32;

// The secrets for this configuration: a configured device secret, the rest from the folder of the
// store, made there when missing. With the memory store they live as long as the process. Blocking;
// at start. The error is a sentence for the operator: the folder cannot be written, a file that
// others may read, a file of the wrong size.
[[nodiscard]] std::expected<Secrets, std::string> open_secrets(const config::Config& config);

// The key of our own for connection tokens, as a server has left it in the folder of this store.
// Errors as above, and that there is none.
[[nodiscard]] std::expected<std::string, std::string> find_token_key(
    const config::StoreLocation& store
);

// The secret in `file`, 32 bytes, made when the file does not exist. Errors as above.
[[nodiscard]] std::expected<std::string, std::string> open_secret_file(
    const std::filesystem::path& file
);

// Secrets that nobody keeps.
[[nodiscard]] Secrets make_secrets();

}  // namespace voxpop::app
