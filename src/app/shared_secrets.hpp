// The server's own secrets for a configuration. Where one node has the store to itself they lie
// beside its data (auth/secrets.hpp); nodes that share a store keep them in it, made by whichever
// comes first, so that a guest or a moderator of one is known to all.
#pragma once

#include <expected>
#include <string>

#include "app/auth/secrets.hpp"
#include "config/config.hpp"
#include "domain/store.hpp"

namespace voxpop::app {

// Blocking; at start. The error is a sentence for the operator. Throws std::runtime_error where a
// shared store cannot be opened.
[[nodiscard]] std::expected<Secrets, std::string> shared_secrets(const config::Config& config);

// What a token is signed with that the server of this configuration takes; the rest is random.
// Blocking; makes nothing, for what no server knows is good for nothing. The error is a sentence
// for the operator: no server has run on this data, or its store is away.
[[nodiscard]] std::expected<Secrets, std::string> find_signing_secrets(const config::Config& config
);

// What the nodes of `store`, which has been started, use; `proposal` where none of them was here
// before. Blocking. The error: the store did not answer.
[[nodiscard]] base::Result<Secrets> agree_on_secrets(domain::Store& store, Secrets proposal);

}  // namespace voxpop::app
