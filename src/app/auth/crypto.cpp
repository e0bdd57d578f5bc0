#include "app/auth/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <cstdlib>

namespace voxpop::app {
namespace {

constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::size_t kDigestBytes = 32;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string random_bytes(std::size_t count) {
    std::string out(count, '\0');
    if (RAND_bytes(bytes_of(out), static_cast<int>(count)) != 1) std::abort();
    return out;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
    std::string out(kDigestBytes, '\0');
    unsigned int length = 0;
    const auto* done = HMAC(
        EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(message), message.size(),
        bytes_of(out), &length
    );
    if (done == nullptr || length != kDigestBytes) std::abort();
    return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    // Digests under a key that nobody knows are of one length and unrelated to how the texts begin.
    static const std::string key = random_bytes(kDigestBytes);
    const std::string digest_a = hmac_sha256(key, a);
    const std::string digest_b = hmac_sha256(key, b);
    return CRYPTO_memcmp(digest_a.data(), digest_b.data(), kDigestBytes) == 0;
}

std::string base32(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() * 8 + 4) / 5);
    std::uint32_t window = 0;
    unsigned bits = 0;
    for (const char c : bytes) {
        window = window << 8 | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 5; bits -= 5) out += kBase32[window >> (bits - 5) & 31];
    }
    if (bits > 0) out += kBase32[window << (5 - bits) & 31];
    return out;
}

}  // namespace voxpop::app
