#include "auth_fixture.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <memory>

#include "app/auth/crypto.hpp"

namespace voxpop::test {
namespace {

using BioPtr = std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })>;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* key) { EVP_PKEY_free(key); })>;

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

KeyPair pems_of(const KeyPtr& key) {
    REQUIRE(key);
    const BioPtr secret(BIO_new(BIO_s_mem()));
    const BioPtr open(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    PEM_write_bio_PUBKEY(open.get(), key.get());
    return {text_of(secret.get()), text_of(open.get())};
}

}  // namespace

KeyPair make_rsa_key(unsigned bits) {
    return pems_of(KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits})));
}

KeyPair make_ec_key(const char* curve) {
    return pems_of(KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve)));
}

const KeyPair& site_rsa_key() {
    static const KeyPair key = make_rsa_key(2048);
    return key;
}

const KeyPair& site_ec_key() {
    static const KeyPair key = make_ec_key("P-256");
    return key;
}

std::string base64url(const std::string& bytes) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    unsigned window = 0;
    unsigned bits = 0;
    for (const char c : bytes) {
        window = window << 8 | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 6; bits -= 6) out += kAlphabet[window >> (bits - 6) & 63];
    }
    if (bits > 0) out += kAlphabet[window << (6 - bits) & 63];
    return out;
}

std::string sign_with(
    const std::string& kid, jwt_alg_t algorithm, const std::string& key, const std::string& claims
) {
    jwt_t* jwt = nullptr;
    REQUIRE(jwt_new(&jwt) == 0);
    if (!kid.empty()) REQUIRE(jwt_add_header(jwt, "kid", kid.c_str()) == 0);
    REQUIRE(jwt_add_grants_json(jwt, claims.c_str()) == 0);
    const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
    REQUIRE(jwt_set_alg(jwt, algorithm, bytes, static_cast<int>(key.size())) == 0);
    char* text = jwt_encode_str(jwt);
    REQUIRE(text != nullptr);
    std::string token = text;
    std::free(text);
    jwt_free(jwt);
    return token;
}

std::string sign_hs256(
    const std::string& kid, const std::string& secret, const std::string& claims
) {
    // By hand: libjwt would refuse claims that are not an object of its liking.
    const std::string key_id = kid.empty() ? "" : R"(,"kid":")" + kid + "\"";
    const std::string input =
        base64url(R"({"alg":"HS256","typ":"JWT")" + key_id + "}") + "." + base64url(claims);
    return input + "." + base64url(app::hmac_sha256(secret, input));
}

config::AuthConfig AuthKeys::config() const {
    config::AuthConfig config;
    config.keys = {
        {"h", "HS256", kHmacSecret, "", ""},
        {"r", "RS256", "", "r.pem", rsa.public_pem},
        {"e", "ES256", "", "e.pem", ec.public_pem},
    };
    return config;
}

app::Authenticator AuthKeys::authenticator() const {
    auto made = app::Authenticator::create(config(), app::make_secrets());
    REQUIRE(made);
    return std::move(*made);
}

std::string AuthKeys::hs256(const std::string& claims) const {
    return sign_hs256("h", kHmacSecret, claims);
}
std::string AuthKeys::rs256(const std::string& claims) const {
    return sign_with("r", JWT_ALG_RS256, rsa.private_pem, claims);
}
std::string AuthKeys::es256(const std::string& claims) const {
    return sign_with("e", JWT_ALG_ES256, ec.private_pem, claims);
}

}  // namespace voxpop::test
