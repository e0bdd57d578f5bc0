#include "app/auth/authenticator.hpp"

#include <algorithm>
#include <vector>

#include "app/auth/claims.hpp"
#include "app/auth/crypto.hpp"
#include "app/auth/device_token.hpp"
#include "app/auth/token_key.hpp"
#include "base/json_writer.hpp"
#include "base/limits.hpp"
#include "config/keys.hpp"

namespace voxpop::app {
namespace {

using base::ErrorCode;

std::expected<std::vector<SigningKey>, std::string> read_keys(
    const config::AuthConfig& config, const Secrets& secrets
) {
    std::vector<config::TokenKey> all = config.keys;
    all.push_back(
        {.id = std::string(config::kLocalKeyId),
         .algorithm = "HS256",
         .secret = secrets.token_key,
         .public_key_file = {},
         .public_key = {}}
    );
    std::vector<SigningKey> keys;
    for (const auto& entry : all) {
        if (std::ranges::find(keys, entry.id, &SigningKey::id) != keys.end())
            return std::unexpected("two token keys have the id '" + entry.id + "'");
        auto key = SigningKey::create(entry);
        if (!key) return std::unexpected(std::move(key.error()));
        keys.push_back(std::move(*key));
    }
    return keys;
}

std::unexpected<TokenRefusal> refuse(TokenFault fault, std::string why) {
    return std::unexpected(TokenRefusal{{ErrorCode::unauthorized, std::move(why)}, fault});
}

}  // namespace

struct Authenticator::State {
    std::vector<SigningKey> keys;  // the configured ones, then our own
    DeviceTokens devices;
    std::string admin_token;
    base::Millis token_ttl_max;
    bool guests;

    [[nodiscard]] const SigningKey* find(std::string_view id) const {
        const auto found = std::ranges::find(keys, id, &SigningKey::id);
        return found == keys.end() ? nullptr : &*found;
    }
};

Authenticator::Authenticator(std::unique_ptr<const State> state) : state_(std::move(state)) {}
Authenticator::Authenticator(Authenticator&&) noexcept = default;
Authenticator& Authenticator::operator=(Authenticator&&) noexcept = default;
Authenticator::~Authenticator() = default;

std::expected<Authenticator, std::string> Authenticator::create(
    const config::AuthConfig& config, const Secrets& secrets
) {
    auto keys = read_keys(config, secrets);
    if (!keys) return std::unexpected(std::move(keys.error()));
    return Authenticator(std::make_unique<const State>(
        std::move(*keys), DeviceTokens(secrets.device_secret), config.admin_token,
        config.token_ttl_max, config.guests
    ));
}

std::expected<Visitor, TokenRefusal> Authenticator::admit(std::string_view token, base::Time now)
    const {
    if (!token.empty() && !is_device_token(token)) {
        auto identity = verify(token, now);
        if (!identity) return std::unexpected(std::move(identity.error()));
        return Visitor{std::move(*identity), {}, {}};
    }
    if (!state_->guests) {
        return refuse(
            token.empty() ? TokenFault::missing : TokenFault::device,
            "a connection token is required"
        );
    }
    auto known = verify(token, now);
    if (known) return Visitor{std::move(*known), std::string(token), {}};
    auto device = issue_device();
    Visitor visitor{std::move(device.identity), std::move(device.token), {}};
    if (!token.empty()) visitor.refused = std::move(known.error());
    return visitor;
}

std::expected<domain::Identity, TokenRefusal> Authenticator::verify(
    std::string_view token, base::Time now
) const {
    using enum TokenFault;
    if (token.empty()) return refuse(missing, "a token is required");
    if (token.size() > base::limits::kTokenBytesMax)
        return refuse(malformed, "the token is too long");
    if (is_device_token(token)) {
        const auto user = state_->guests ? state_->devices.verify(token) : std::nullopt;
        if (!user) return refuse(device, "the device token is not valid");
        return domain::Identity{*user, {}, domain::Role::guest, std::nullopt};
    }
    const std::string text(token);
    const auto header = read_token_header(text);
    if (!header) return refuse(malformed, "the token is malformed");
    const SigningKey* key = state_->find(header->key_id);
    if (key == nullptr) return refuse(unknown_key, "no key for the token's kid");
    const auto json = key->verify(text);
    if (!json) return refuse(signature, "the token's signature is not valid");
    const auto read = parse_claims(*json);
    if (!read) return std::unexpected(TokenRefusal{read.error(), claims});
    auto identity = identity_from(*read, now, state_->token_ttl_max);
    if (identity) return std::move(*identity);
    const bool late = identity.error().code == ErrorCode::token_expired;
    return std::unexpected(TokenRefusal{std::move(identity.error()), late ? expired : claims});
}

Device Authenticator::issue_device() const {
    auto issued = state_->devices.issue();
    return {std::move(issued.token), {issued.user, {}, domain::Role::guest, std::nullopt}};
}

base::Result<std::string> Authenticator::issue_token(const TokenRequest& request, base::Time now)
    const {
    if (request.user.empty() || request.user.view().starts_with(kGuestPrefix))
        return base::fail(ErrorCode::bad_request, "a user's id may not be empty or begin with g_");
    if (request.role == domain::Role::guest)
        return base::fail(ErrorCode::bad_request, "guests have no connection tokens");
    const auto longest = state_->token_ttl_max;
    if (request.ttl.count() < 1 || (longest.count() > 0 && request.ttl > longest))
        return base::fail(ErrorCode::bad_request, "the token's ttl is out of range");
    const auto now_seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
    base::JsonWriter claims;
    claims.object()
        .field("sub", request.user.view())
        .field("role", domain::to_string(request.role));
    if (!request.name.empty()) claims.key("info").object().field("name", request.name).end();
    claims.field("iat", now_seconds.count())
        .field("exp", (now_seconds + request.ttl).count())
        .end();
    const auto signer = std::ranges::find_if(state_->keys, &SigningKey::can_sign);
    return signer->sign(claims.str());  // our own key is always there
}

bool Authenticator::is_admin_token(std::string_view bearer) const {
    return !state_->admin_token.empty() && equal_in_constant_time(bearer, state_->admin_token);
}

}  // namespace voxpop::app
