#include "app/auth/device_token.hpp"

#include "app/auth/authenticator.hpp"
#include "app/auth/crypto.hpp"

namespace voxpop::app {
namespace {

constexpr std::string_view kPrefix = "vd1.";
constexpr std::string_view kPurpose = "voxpop device token 1";
constexpr std::size_t kIdRandomBytes = 16;
constexpr std::size_t kIdChars = 26;
constexpr std::size_t kTokenChars = kPrefix.size() + kIdChars + 1 + 52;

base::UserId guest_of(std::string_view id) {
    return base::UserId::from(std::string(kGuestPrefix).append(id)).value_or(base::UserId());
}

}  // namespace

bool is_device_token(std::string_view token) {
    return token.starts_with(kPrefix);
}

DeviceTokens::DeviceTokens(std::string_view device_secret)
    : key_(hmac_sha256(device_secret, kPurpose)) {}

DeviceTokens::Issued DeviceTokens::issue() const {
    const std::string id = base32(random_bytes(kIdRandomBytes));
    return {token_for(id), guest_of(id)};
}

std::optional<base::UserId> DeviceTokens::verify(std::string_view token) const {
    if (token.size() != kTokenChars || !is_device_token(token)) return std::nullopt;
    const auto id = token.substr(kPrefix.size(), kIdChars);
    // The whole text is compared, so there is exactly one token for an id.
    if (!equal_in_constant_time(token, token_for(id))) return std::nullopt;
    return guest_of(id);
}

std::string DeviceTokens::token_for(std::string_view id) const {
    std::string out(kPrefix);
    out.append(id);
    const std::string mac = base32(hmac_sha256(key_, out));
    return out.append(".").append(mac);
}

}  // namespace voxpop::app
