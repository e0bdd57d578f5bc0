// Connection tokens: who is let in, as whom, and every way to be refused.
#include <catch2/catch.hpp>

#include "app/auth/authenticator.hpp"
#include "app/auth/token_key.hpp"
#include "auth_fixture.hpp"

using namespace voxpop;
using namespace voxpop::app;
using namespace voxpop::test;
using base::ErrorCode;
using namespace std::chrono_literals;

namespace {

// The code with which `token` is refused; nothing when it is accepted.
std::optional<ErrorCode> refusal(
    const Authenticator& auth, std::string_view token, base::Time now = kNow
) {
    const auto identity = auth.verify(token, now);
    return identity ? std::nullopt : std::optional(identity.error().code);
}

std::optional<ErrorCode> refusal_of_claims(const std::string& claims) {
    const AuthKeys keys;
    return refusal(keys.authenticator(), keys.hs256(claims));
}

// `{"sub":"kim","exp":…` and what follows it.
std::string claims_with(const std::string& rest) {
    return R"({"sub":"kim","exp":)" + std::to_string(kNowSeconds + 60) + rest + "}";
}

}  // namespace

TEST_CASE("token: each algorithm's good token is accepted", "[auth]") {
    const AuthKeys keys;
    const auto auth = keys.authenticator();
    for (const auto& token :
         {keys.hs256(claims_with("")), keys.rs256(claims_with("")), keys.es256(claims_with(""))}) {
        const auto identity = auth.verify(token, kNow);
        REQUIRE(identity);
        CHECK(identity->user.view() == "kim");
        CHECK(identity->role == domain::Role::reader);
        CHECK(identity->expires == kNow + 60s);
        CHECK(identity->name.empty());
    }
}

TEST_CASE("token: claims say the name and the role", "[auth]") {
    const AuthKeys keys;
    const auto auth = keys.authenticator();
    const auto of = [&](const std::string& rest) {
        return *auth.verify(keys.hs256(claims_with(rest)), kNow);
    };
    CHECK(of(R"(,"role":"moderator")").role == domain::Role::moderator);
    CHECK(of(R"(,"role":"admin")").role == domain::Role::admin);
    CHECK(of(R"(,"name":"Kim")").name == "Kim");
    CHECK(of(R"(,"name":"Kim","info":{"name":"김 기자"})").name == "김 기자");
    CHECK(of(R"(,"name":"  Kim  ")").name == "Kim");
}

TEST_CASE("token: a name that cannot be shown is left away, and its owner let in", "[auth]") {
    const AuthKeys keys;
    const auto auth = keys.authenticator();
    for (const std::string name :
         {R"("a\u0007b")", R"("\u202eevil")", "7", "null", R"("   ")",
          "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""}) {
        INFO(name);
        const auto identity = auth.verify(keys.hs256(claims_with(",\"name\":" + name)), kNow);
        REQUIRE(identity);
        CHECK(identity->name.empty());
    }
}

TEST_CASE("token: exp is required, and over means expired but for the leeway", "[auth]") {
    const AuthKeys keys;
    const auto auth = keys.authenticator();
    const auto token = keys.hs256(claims_with(""));
    CHECK_FALSE(refusal(auth, token, kNow + 64s));
    CHECK(refusal(auth, token, kNow + 65s) == ErrorCode::token_expired);
    CHECK(refusal(auth, token, kNow + 10h) == ErrorCode::token_expired);
    CHECK(refusal_of_claims(R"({"sub":"kim"})") == ErrorCode::unauthorized);
    CHECK(refusal_of_claims(R"({"sub":"kim","exp":0})") == ErrorCode::token_expired);
    for (const std::string exp :
         {"\"soon\"", "null", "-1", "9e18", "1e300", "9223372036854775807", "[]"}) {
        INFO(exp);
        CHECK(refusal_of_claims(R"({"sub":"kim","exp":)" + exp + "}") == ErrorCode::unauthorized);
    }
}

TEST_CASE("token: exp may have a fraction", "[auth]") {
    CHECK_FALSE(refusal_of_claims(R"({"sub":"kim","exp":)" + std::to_string(kNowSeconds) + "9.5}"));
}

TEST_CASE("token: before nbf it is not valid yet, but for the leeway", "[auth]") {
    const AuthKeys keys;
    const auto auth = keys.authenticator();
    const auto token = keys.hs256(claims_with(",\"nbf\":" + std::to_string(kNowSeconds + 6)));
    CHECK(refusal(auth, token) == ErrorCode::unauthorized);
    CHECK_FALSE(refusal(auth, token, kNow + 1s));
    CHECK(refusal_of_claims(claims_with(R"(,"nbf":"x")")) == ErrorCode::unauthorized);
}

TEST_CASE("token: expire_at says how long the connection lasts, 0 for ever", "[auth]") {
    const AuthKeys keys;
    const auto auth = keys.authenticator();
    const auto until = [&](std::int64_t seconds) {
        return auth.verify(
            keys.hs256(claims_with(",\"expire_at\":" + std::to_string(seconds))), kNow
        );
    };
    CHECK(until(kNowSeconds + 3600)->expires == kNow + 1h);
    CHECK(until(0)->expires == std::nullopt);
    CHECK(until(kNowSeconds - 60).error().code == ErrorCode::token_expired);
}

TEST_CASE("token: sub must be a user's id and never a guest's", "[auth]") {
    const auto of = [](const std::string& sub) {
        return refusal_of_claims(
            R"({"exp":)" + std::to_string(kNowSeconds + 60) + ",\"sub\":" + sub + "}"
        );
    };
    CHECK_FALSE(of("\"user@site.example\""));
    const std::string too_long = "\"" + std::string(65, 'a') + "\"";
    for (const auto& sub : std::vector<std::string>{
             "\"\"", "7", "null", "\"a b\"", "\"g_abc\"", "\"g_\"", too_long, "\"한\""
         }) {
        INFO(sub);
        CHECK(of(sub) == ErrorCode::unauthorized);
    }
    CHECK(
        refusal_of_claims(R"({"exp":)" + std::to_string(kNowSeconds + 60) + "}") ==
        ErrorCode::unauthorized
    );
}

TEST_CASE("token: a role that is not in the table is refused", "[auth]") {
    for (const std::string role :
         {"\"guest\"", "\"king\"", "\"\"", "7", "null", "[\"admin\"]", "\"Admin\""}) {
        INFO(role);
        CHECK(refusal_of_claims(claims_with(",\"role\":" + role)) == ErrorCode::unauthorized);
    }
}

TEST_CASE("token: alg none is refused, with and without a signature", "[auth]") {
    const AuthKeys keys;
    const auto auth = keys.authenticator();
    const std::string claims = base64url(claims_with(R"(,"role":"admin")"));
    for (const std::string alg : {"none", "None", "NONE", "", "HS384", "HS512", "XX"}) {
        for (const std::string kid :
             {R"(,"kid":"h")", R"(,"kid":"r")", R"(,"kid":"voxpop-local")", ""}) {
            const std::string start =
                base64url(R"({"alg":")" + alg + "\"" + kid + "}") + "." + claims + ".";
            INFO(alg << kid);
            CHECK(refusal(auth, start) == ErrorCode::unauthorized);
            CHECK(refusal(auth, start + "AAAA") == ErrorCode::unauthorized);
        }
    }
}

TEST_CASE("token: a public key is never a secret (algorithm confusion)", "[auth]") {
    const AuthKeys keys;
    const auto auth = keys.authenticator();
    // Signed with HMAC under the PEM text that everybody may know, naming the RSA key or the EC
    // key.
    CHECK(
        refusal(auth, sign_hs256("r", keys.rsa.public_pem, claims_with(""))) ==
        ErrorCode::unauthorized
    );
    CHECK(
        refusal(auth, sign_hs256("e", keys.ec.public_pem, claims_with(""))) ==
        ErrorCode::unauthorized
    );
    // The right signature under another key's name.
    CHECK(
        refusal(auth, sign_with("e", JWT_ALG_RS256, keys.rsa.private_pem, claims_with(""))) ==
        ErrorCode::unauthorized
    );
    CHECK(
        refusal(auth, sign_with("h", JWT_ALG_RS256, keys.rsa.private_pem, claims_with(""))) ==
        ErrorCode::unauthorized
    );
    // The right key with another algorithm of its family.
    CHECK(
        refusal(auth, sign_with("r", JWT_ALG_RS512, keys.rsa.private_pem, claims_with(""))) ==
        ErrorCode::unauthorized
    );
    CHECK(
        refusal(auth, sign_with("h", JWT_ALG_HS512, kHmacSecret, claims_with(""))) ==
        ErrorCode::unauthorized
    );
}

TEST_CASE("token: kid chooses the key; unknown and missing ones are refused", "[auth]") {
    const AuthKeys keys;
    const auto auth = keys.authenticator();
    CHECK(
        refusal(auth, sign_hs256("unknown", kHmacSecret, claims_with(""))) ==
        ErrorCode::unauthorized
    );
    CHECK(refusal(auth, sign_hs256("", kHmacSecret, claims_with(""))) == ErrorCode::unauthorized);
    config::AuthConfig without_id;
    without_id.keys.push_back(
        {.id = "",
         .algorithm = "HS256",
         .secret = kHmacSecret,
         .public_key_file = {},
         .public_key = {}}
    );
    const auto other = Authenticator::create(without_id, make_secrets());
    REQUIRE(other);
    CHECK_FALSE(refusal(*other, sign_hs256("", kHmacSecret, claims_with(""))));
    CHECK(
        refusal(*other, sign_hs256("h", kHmacSecret, claims_with(""))) == ErrorCode::unauthorized
    );
}

TEST_CASE("token: another key's signature is refused", "[auth]") {
    const AuthKeys keys;
    const auto auth = keys.authenticator();
    CHECK(
        refusal(auth, sign_hs256("h", std::string(32, 'w'), claims_with(""))) ==
        ErrorCode::unauthorized
    );
    const AuthKeys others{make_rsa_key(2048), make_ec_key("P-256")};
    CHECK(refusal(auth, others.rs256(claims_with(""))) == ErrorCode::unauthorized);
    CHECK(refusal(auth, others.es256(claims_with(""))) == ErrorCode::unauthorized);
}

TEST_CASE("token: changing any one character makes it invalid", "[auth]") {
    const AuthKeys keys;
    const auto auth = keys.authenticator();
    const auto good = keys.hs256(claims_with(R"(,"role":"reader")"));
    REQUIRE_FALSE(refusal(auth, good));
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bad = good;
        bad[i] = bad[i] == 'A' ? 'Q' : 'A';
        INFO(i);
        CHECK(refusal(auth, bad) == ErrorCode::unauthorized);
    }
}

TEST_CASE("token: what is no token is refused", "[auth]") {
    const AuthKeys keys;
    const auto auth = keys.authenticator();
    const auto good = keys.hs256(claims_with(""));
    const std::string header = base64url(R"({"alg":"HS256","kid":"h"})");
    for (const std::string& bad :
         {std::string(),
          std::string("."),
          std::string(".."),
          std::string("..."),
          std::string("a.b.c"),
          good + ".",
          good + ".x",
          good + "=",
          " " + good,
          good + "\n",
          good + std::string(1, '\0'),
          good.substr(0, good.rfind('.')),
          good.substr(0, good.rfind('.') + 1),
          "Bearer " + good,
          header + ".." + "AAAA",
          header + "." + base64url("[]") + ".AAAA",
          header + "." + base64url("{") + ".AAAA",
          base64url("7") + "." + base64url("{}") + ".AAAA",
          base64url(R"({"alg":7})") + "." + base64url("{}") + ".AAAA",
          base64url(R"({"kid":"h"})") + "." + base64url("{}") + ".AAAA",
          std::string(300, '.'),
          std::string("\xff\xfe.\x80.\x81")}) {
        INFO(bad);
        CHECK(refusal(auth, bad) == ErrorCode::unauthorized);
    }
}

TEST_CASE("token: one beyond the limit is refused before it is looked at", "[auth]") {
    const AuthKeys keys;
    const auto auth = keys.authenticator();
    const auto fitting = keys.hs256(claims_with(R"(,"pad":")" + std::string(4'000, 'x') + "\""));
    REQUIRE(fitting.size() <= base::limits::kTokenBytesMax);
    CHECK_FALSE(refusal(auth, fitting));
    const auto huge = keys.hs256(claims_with(R"(,"pad":")" + std::string(8'000, 'x') + "\""));
    CHECK(refusal(auth, huge) == ErrorCode::unauthorized);
    const std::string endless(50'000'000, 'a');  // NOLINT(bugprone-string-constructor): so it is
    CHECK(refusal(auth, endless) == ErrorCode::unauthorized);
    const std::string deep(3'000, '[');
    CHECK(
        refusal(auth, base64url(deep) + "." + base64url(deep) + ".AAAA") == ErrorCode::unauthorized
    );
}

TEST_CASE("token: one that lives longer than configured is refused", "[auth]") {
    const AuthKeys keys;
    auto config = keys.config();
    config.token_ttl_max = 30s;
    const auto auth = Authenticator::create(config, make_secrets());
    REQUIRE(auth);
    CHECK(refusal(*auth, keys.hs256(claims_with(""))) == ErrorCode::unauthorized);
    CHECK_FALSE(refusal(*auth, keys.hs256(claims_with("")), kNow + 30s));
}

TEST_CASE("token: keys that are too weak or of the wrong kind are refused at the start", "[auth]") {
    const AuthKeys keys;
    const auto error = [](const config::TokenKey& key) {
        config::AuthConfig config;
        config.keys.push_back(key);
        const auto auth = Authenticator::create(config, make_secrets());
        return auth ? std::string() : auth.error();
    };
    const auto key = [](const char* algorithm, const std::string& secret, const std::string& pem) {
        return config::TokenKey{"k", algorithm, secret, "", pem};
    };
    using Catch::Contains;
    CHECK_THAT(
        error(key("HS256", std::string(31, 'x'), "")), Contains("'k'") && Contains("32 bytes")
    );
    CHECK_THAT(error(key("HS512", std::string(64, 'x'), "")), Contains("unknown algorithm"));
    CHECK_THAT(error(key("none", "", "")), Contains("unknown algorithm"));
    CHECK_THAT(error(key("RS256", "", "nonsense")), Contains("PEM"));
    CHECK_THAT(error(key("RS256", "", keys.rsa.private_pem)), Contains("PEM"));
    CHECK_THAT(error(key("RS256", "", keys.ec.public_pem)), Contains("not an RSA key"));
    CHECK_THAT(error(key("ES256", "", keys.rsa.public_pem)), Contains("P-256"));
    CHECK_THAT(error(key("ES256", "", make_ec_key("P-384").public_pem)), Contains("P-256"));
    CHECK_THAT(error(key("RS256", "", make_rsa_key(1024).public_pem)), Contains("2048"));
    CHECK(error(key("RS256", "", keys.rsa.public_pem)).empty());
}

TEST_CASE("token: two keys of one id are refused at the start", "[auth]") {
    const AuthKeys keys;
    auto config = keys.config();
    config.keys.push_back(config.keys.front());
    CHECK_FALSE(Authenticator::create(config, make_secrets()));
    config.keys.back().id = config::kLocalKeyId;
    CHECK_FALSE(Authenticator::create(config, make_secrets()));
}
