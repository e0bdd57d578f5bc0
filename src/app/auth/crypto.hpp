// The few primitives that authentication needs, all OpenSSL's: random bytes, HMAC-SHA-256,
// comparing in constant time; and base 32 to write bytes as text. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace voxpop::app {

// From the system's generator. Aborts when it has failed: nothing can be secured without it.
[[nodiscard]] std::string random_bytes(std::size_t count);

// 32 raw bytes.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view message);

// Takes equally long whatever the texts have in common, and tells nothing about their lengths.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

// RFC 4648's alphabet in lower case, without padding: 16 bytes are 26 characters, 32 bytes are 52.
[[nodiscard]] std::string base32(std::string_view bytes);

}  // namespace voxpop::app
