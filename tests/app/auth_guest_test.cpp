// Guests' device tokens, admission, issued tokens, the admin token, and the server's own secrets.
#include <sys/stat.h>
#include <catch2/catch.hpp>

#include <fstream>
#include <set>
#include <thread>

#include "app/auth/crypto.hpp"
#include "app/auth/token_key.hpp"
#include "auth_fixture.hpp"
#include "support/temporary_folder.hpp"

using namespace voxpop;
using namespace voxpop::app;
using namespace voxpop::test;
using base::ErrorCode;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

Authenticator authenticator_with(const config::AuthConfig& config, const Secrets& secrets) {
    auto made = Authenticator::create(config, secrets);
    REQUIRE(made);
    return std::move(*made);
}

bool owner_only(const fs::path& file) {
    struct stat status{};
    return ::stat(file.c_str(), &status) == 0 && (status.st_mode & 0777) == 0600;
}

}  // namespace

TEST_CASE("guest: a device token proves the same guest again, for ever", "[auth]") {
    const auto auth = authenticator_with({}, make_secrets());
    const auto device = auth.issue_device();
    CHECK(device.identity.user.view().starts_with(kGuestPrefix));
    CHECK(device.identity.role == domain::Role::guest);
    const auto again = auth.verify(device.token, kNow + 24h * 3650);
    REQUIRE(again);
    CHECK(again->user == device.identity.user);
    CHECK(again->role == domain::Role::guest);
    CHECK_FALSE(again->expires);
    CHECK(again->name.empty());
}

TEST_CASE("guest: no two are alike", "[auth]") {
    const auto auth = authenticator_with({}, make_secrets());
    std::set<std::string> users;
    for (int i = 0; i < 1'000; ++i) users.insert(auth.issue_device().identity.user.str());
    CHECK(users.size() == 1'000);
}

TEST_CASE("guest: a device token that was changed anywhere is refused", "[auth]") {
    const auto auth = authenticator_with({}, make_secrets());
    const auto good = auth.issue_device().token;
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bad = good;
        bad[i] = bad[i] == 'a' ? 'b' : 'a';
        INFO(i);
        CHECK(auth.verify(bad, kNow).error().code == ErrorCode::unauthorized);
    }
    CHECK_FALSE(auth.verify(good + "a", kNow));
    CHECK_FALSE(auth.verify(good.substr(0, good.size() - 1), kNow));
    CHECK_FALSE(auth.verify("vd1.", kNow));
}

TEST_CASE(
    "guest: another secret's device token is refused, also when a site reuses its secret", "[auth]"
) {
    const auto one = authenticator_with({}, make_secrets());
    const auto two = authenticator_with({}, make_secrets());
    CHECK_FALSE(two.verify(one.issue_device().token, kNow));

    // The device key is derived: signing with the secret itself, as a connection token is, proves
    // nothing.
    const Secrets shared{kHmacSecret, kHmacSecret};
    const AuthKeys keys;
    const auto auth = authenticator_with(keys.config(), shared);
    const std::string start = "vd1." + std::string(26, 'a');
    CHECK_FALSE(auth.verify(start + "." + base32(hmac_sha256(kHmacSecret, start)), kNow));
}

TEST_CASE("guest: neither kind of token passes for the other", "[auth]") {
    const AuthKeys keys;
    const auto auth = keys.authenticator();
    const auto device = auth.issue_device();
    CHECK_FALSE(read_token_header(device.token));
    const auto claims = R"({"sub":")" + device.identity.user.str() + R"(","exp":)" +
                        std::to_string(kNowSeconds + 60) + "}";
    CHECK(auth.verify(keys.hs256(claims), kNow).error().code == ErrorCode::unauthorized);
}

TEST_CASE("admit: without a token a new guest comes in and gets a device token", "[auth]") {
    const auto auth = authenticator_with({}, make_secrets());
    const auto first = auth.admit("", kNow);
    REQUIRE(first);
    CHECK(first->identity.role == domain::Role::guest);
    const auto again = auth.admit(first->device_token, kNow);
    REQUIRE(again);
    CHECK(again->identity.user == first->identity.user);
    CHECK(again->device_token == first->device_token);
}

TEST_CASE("admit: a device token that no longer verifies makes a new guest", "[auth]") {
    const auto before = authenticator_with({}, make_secrets());
    const auto after = authenticator_with({}, make_secrets());
    const auto old = before.issue_device();
    const auto visitor = after.admit(old.token, kNow);
    REQUIRE(visitor);
    CHECK(visitor->identity.user != old.identity.user);
    CHECK(after.verify(visitor->device_token, kNow));
}

TEST_CASE("admit: a connection token's errors are never turned into a guest", "[auth]") {
    const AuthKeys keys;
    const auto auth = keys.authenticator();
    const std::string expired = R"({"sub":"kim","exp":)" + std::to_string(kNowSeconds - 60) + "}";
    CHECK(auth.admit(keys.hs256(expired), kNow).error().code == ErrorCode::token_expired);
    CHECK(auth.admit("nonsense", kNow).error().code == ErrorCode::unauthorized);
    const std::string good = R"({"sub":"kim","exp":)" + std::to_string(kNowSeconds + 60) + "}";
    const auto visitor = auth.admit(keys.hs256(good), kNow);
    REQUIRE(visitor);
    CHECK(visitor->identity.user.view() == "kim");
    CHECK(visitor->device_token.empty());
}

TEST_CASE(
    "admit: where guests are not allowed, nobody comes in without a connection token", "[auth]"
) {
    const Secrets secrets = make_secrets();
    const auto open = authenticator_with({}, secrets);
    config::AuthConfig config;
    config.guests = false;
    const auto closed = authenticator_with(config, secrets);
    const auto device = open.issue_device().token;
    CHECK(closed.admit("", kNow).error().code == ErrorCode::unauthorized);
    CHECK(closed.admit(device, kNow).error().code == ErrorCode::unauthorized);
    CHECK(closed.verify(device, kNow).error().code == ErrorCode::unauthorized);
}

TEST_CASE(
    "issue: an issued token is accepted by the same configuration or the same secrets", "[auth]"
) {
    const AuthKeys keys;
    const Secrets secrets = make_secrets();
    const TokenRequest request{
        .user = *base::UserId::from("kim"),
        .role = domain::Role::moderator,
        .name = "김 \"K\"",
        .ttl = 60s
    };
    for (const auto& config : {config::AuthConfig{}, keys.config()}) {
        const auto token = authenticator_with(config, secrets).issue_token(request, kNow);
        REQUIRE(token);
        const auto identity = authenticator_with(config, secrets).verify(*token, kNow);
        REQUIRE(identity);
        CHECK(identity->user.view() == "kim");
        CHECK(identity->role == domain::Role::moderator);
        CHECK(identity->name == "김 \"K\"");
        CHECK(identity->expires == kNow + 60s);
    }
    const auto token = authenticator_with({}, secrets).issue_token(request, kNow);
    CHECK_FALSE(authenticator_with({}, make_secrets()).verify(*token, kNow));
}

TEST_CASE("issue: guests, no time and too much time are refused", "[auth]") {
    config::AuthConfig config;
    config.token_ttl_max = 15min;
    const auto auth = authenticator_with(config, make_secrets());
    const auto refused = [&](const char* user, domain::Role role, std::chrono::seconds ttl) {
        const auto token = auth.issue_token({*base::UserId::from(user), role, "", ttl}, kNow);
        return !token && token.error().code == ErrorCode::bad_request;
    };
    CHECK(refused("g_abc", domain::Role::reader, 60s));
    CHECK(refused("kim", domain::Role::guest, 60s));
    CHECK(refused("kim", domain::Role::reader, 0s));
    CHECK(refused("kim", domain::Role::reader, 901s));
    CHECK_FALSE(refused("kim", domain::Role::reader, 900s));
}

TEST_CASE("admin token: only the configured one, and none when none is", "[auth]") {
    config::AuthConfig config;
    config.admin_token = "correct horse battery";
    const auto auth = authenticator_with(config, make_secrets());
    CHECK(auth.is_admin_token("correct horse battery"));
    CHECK_FALSE(auth.is_admin_token("correct horse batterz"));
    CHECK_FALSE(auth.is_admin_token("correct horse battery "));
    CHECK_FALSE(auth.is_admin_token("correct"));
    CHECK_FALSE(auth.is_admin_token(""));
    CHECK_FALSE(authenticator_with({}, make_secrets()).is_admin_token(""));
}

TEST_CASE("secrets: are made once, kept for the owner alone, and found again", "[auth]") {
    const TemporaryFolder folder;
    config::Config config;
    config.store.data_dir = folder.path() / "new" / "data";
    const auto first = open_secrets(config);
    REQUIRE(first);
    CHECK(first->device_secret.size() == kSecretBytes);
    CHECK(first->token_key.size() == kSecretBytes);
    CHECK(first->device_secret != first->token_key);
    CHECK(owner_only(folder.path() / "new/data/device.secret"));
    CHECK(owner_only(folder.path() / "new/data/token.secret"));
    const auto again = open_secrets(config);
    REQUIRE(again);
    CHECK(again->device_secret == first->device_secret);
    CHECK(again->token_key == first->token_key);
    CHECK(std::distance(fs::directory_iterator(config.store.data_dir), {}) == 2);
}

TEST_CASE("secrets: a configured device secret holds, and memory keeps nothing", "[auth]") {
    const TemporaryFolder folder;
    config::Config config;
    config.store = {.url = "memory:", .data_dir = folder.path() / "data"};
    config.auth.device_secret = std::string(32, 'd');
    const auto secrets = open_secrets(config);
    REQUIRE(secrets);
    CHECK(secrets->device_secret == std::string(32, 'd'));
    CHECK(open_secrets(config)->token_key != secrets->token_key);
    CHECK_FALSE(fs::exists(folder.path() / "data"));
}

TEST_CASE("secrets: everybody who starts at once gets the same one", "[auth]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "device.secret";
    std::array<std::string, 8> found;
    {
        std::vector<std::jthread> threads;
        for (auto& secret : found)
            threads.emplace_back([&] { secret = open_secret_file(file).value_or("failed"); });
    }
    for (const auto& secret : found) CHECK(secret == found[0]);
    CHECK(found[0].size() == kSecretBytes);
}

TEST_CASE("secrets: files that others may read, damaged ones and odd ones are refused", "[auth]") {
    using Catch::Contains;
    const TemporaryFolder folder;
    const auto error = [](const fs::path& file) { return open_secret_file(file).error(); };
    const auto open = folder.write("open", std::string(32, 'x'));
    fs::permissions(open, fs::perms(0644));
    CHECK_THAT(error(open), Contains("chmod 600"));
    for (const std::size_t size : {0UL, 31UL, 33UL}) {
        const auto damaged = folder.write("damaged", std::string(size, 'x'));
        fs::permissions(damaged, fs::perms(0600));
        CHECK_THAT(error(damaged), Contains("damaged"));
    }
    fs::create_directory(folder.path() / "folder");
    CHECK_THAT(error(folder.path() / "folder"), Contains("not a plain file"));
    fs::create_symlink(open, folder.path() / "link");
    CHECK_THAT(error(folder.path() / "link"), Contains("cannot open"));
    CHECK_THAT(error(folder.path() / "none" / "x"), Contains("cannot make a secret"));
    config::Config config;
    config.store.data_dir = open / "below a file";
    CHECK_THAT(open_secrets(config).error(), Contains("cannot make this folder"));
}

TEST_CASE("crypto: base 32 and HMAC give the published examples", "[auth]") {
    CHECK(base32("").empty());
    CHECK(base32("f") == "my");
    CHECK(base32("foobar") == "mzxw6ytboi");  // RFC 4648, 10
    CHECK(base32(std::string(16, '\xff')).size() == 26);
    // RFC 4231, test case 2
    CHECK(
        base32(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "lpomcrv7mb2u42qeeqtarflvy5naapyituttta455rmlszhmhbbq"
    );
}
