// Device tokens: how a guest's browser proves that it is the same guest as before.
//
// "vd1.<id>.<mac>": id is 128 random bits, mac the HMAC-SHA-256 of "vd1.<id>", both in base 32. The
// key is derived from the device secret for this purpose alone, so even a site that gives the same
// secret to its connection tokens has two different keys. The text cannot be read as a JWT and no
// JWT begins so. Tokens never expire; a new secret ends them all. Threads: immutable.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace voxpop::app {

// Whether `token` means to be a device token.
[[nodiscard]] bool is_device_token(std::string_view token);

class DeviceTokens {
  public:
    explicit DeviceTokens(std::string_view device_secret);

    struct Issued {
        std::string token;
        base::UserId user;  // "g_" and the id
    };
    [[nodiscard]] Issued issue() const;

    // The guest whom `token` proves; nothing when it was not made here.
    [[nodiscard]] std::optional<base::UserId> verify(std::string_view token) const;

  private:
    [[nodiscard]] std::string token_for(std::string_view id) const;

    std::string key_;
};

}  // namespace voxpop::app
