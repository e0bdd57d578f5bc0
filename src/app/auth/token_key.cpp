#include "app/auth/token_key.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

namespace voxpop::app {
namespace {

constexpr std::size_t kHmacKeyBytesMin = 32;  // RFC 7518, 3.2: as long as the hash
constexpr int kRsaBitsMin = 2048;             // RFC 7518, 3.3

using JwtPtr = std::unique_ptr<jwt_t, decltype([](jwt_t* jwt) { jwt_free(jwt); })>;
using CString = std::unique_ptr<char, decltype([](char* text) { std::free(text); })>;
using BioPtr = std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })>;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* key) { EVP_PKEY_free(key); })>;

// Three parts of base64url and nothing else. libjwt's decoder stops at the first strange character
// instead of refusing it, and takes a C string.
bool is_compact_form(std::string_view token) {
    if (std::ranges::count(token, '.') != 2) return false;
    return std::ranges::all_of(token, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

// Without a key libjwt parses and does not verify.
JwtPtr decode(const std::string& token, std::string_view key) {
    if (!is_compact_form(token)) return nullptr;
    const auto* bytes = key.empty() ? nullptr : reinterpret_cast<const unsigned char*>(key.data());
    jwt_t* jwt = nullptr;
    if (jwt_decode(&jwt, token.c_str(), bytes, static_cast<int>(key.size())) != 0) return nullptr;
    return JwtPtr(jwt);
}

KeyPtr read_public_key(const std::string& pem) {
    const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return KeyPtr(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
}

bool is_p256(const EVP_PKEY* key) {
    std::array<char, 64> group{};
    std::size_t length = 0;
    return EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) == 1 &&
           std::string_view(group.data(), length) == "prime256v1";
}

std::expected<void, std::string> check_public_key(const std::string& pem, jwt_alg_t algorithm) {
    const KeyPtr key = read_public_key(pem);
    if (!key) return std::unexpected("is not a PEM public key (-----BEGIN PUBLIC KEY-----)");
    if (algorithm == JWT_ALG_RS256) {
        if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA)
            return std::unexpected("is not an RSA key, as RS256 needs");
        if (EVP_PKEY_get_bits(key.get()) < kRsaBitsMin)
            return std::unexpected("is an RSA key below 2048 bits");
    } else if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_EC || !is_p256(key.get())) {
        return std::unexpected("is not an EC key on the curve P-256, as ES256 needs");
    }
    return {};
}

}  // namespace

std::expected<SigningKey, std::string> SigningKey::create(const config::TokenKey& key) {
    const auto refuse = [&](std::string_view what) {
        return std::unexpected("the token key '" + key.id + "' " + std::string(what));
    };
    if (key.algorithm == "HS256") {
        if (key.secret.size() < kHmacKeyBytesMin)
            return refuse("has a secret below 32 bytes, too short for HS256");
        return SigningKey(key.id, JWT_ALG_HS256, key.secret);
    }
    if (key.algorithm != "RS256" && key.algorithm != "ES256")
        return refuse("has the unknown algorithm '" + key.algorithm + "' (HS256, RS256 or ES256)");
    const jwt_alg_t algorithm = key.algorithm == "RS256" ? JWT_ALG_RS256 : JWT_ALG_ES256;
    if (const auto checked = check_public_key(key.public_key, algorithm); !checked)
        return refuse(checked.error());
    return SigningKey(key.id, algorithm, key.public_key);
}

std::optional<std::string> SigningKey::verify(const std::string& token) const {
    const auto header = read_token_header(token);
    if (!header || header->algorithm != algorithm()) return std::nullopt;
    const JwtPtr jwt = decode(token, material_);
    // libjwt verified with the algorithm that the header names; ours is the only one that counts.
    if (!jwt || jwt_get_alg(jwt.get()) != algorithm_) return std::nullopt;
    const CString claims(jwt_get_grants_json(jwt.get(), nullptr));
    if (!claims) return std::nullopt;
    return std::string(claims.get());
}

std::string SigningKey::sign(const std::string& claims) const {
    jwt_t* raw = nullptr;
    if (jwt_new(&raw) != 0) std::abort();  // out of memory
    const JwtPtr jwt(raw);
    const auto* key = reinterpret_cast<const unsigned char*>(material_.data());
    const bool made = (id_.empty() || jwt_add_header(raw, "kid", id_.c_str()) == 0) &&
                      jwt_add_grants_json(raw, claims.c_str()) == 0 &&
                      jwt_set_alg(raw, algorithm_, key, static_cast<int>(material_.size())) == 0;
    const CString token(made ? jwt_encode_str(raw) : nullptr);
    if (!token) std::abort();  // the claims are our own JSON
    return token.get();
}

std::optional<TokenHeader> read_token_header(const std::string& token) {
    const JwtPtr jwt = decode(token, {});
    if (!jwt) return std::nullopt;
    const char* algorithm = jwt_get_header(jwt.get(), "alg");
    const char* key_id = jwt_get_header(jwt.get(), "kid");
    if (algorithm == nullptr) return std::nullopt;
    return TokenHeader{algorithm, key_id == nullptr ? "" : key_id};
}

}  // namespace voxpop::app
