// Connection and device tokens. The input is tried as a whole token, which may never be accepted
// (its author has no key), and as the claims of a token that is signed rightly, which may, but
// never as a guest.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "app/auth/authenticator.hpp"
#include "app/auth/claims.hpp"

namespace {

using namespace voxpop;

const app::Authenticator& authenticator() {
    static const app::Authenticator made = [] {
        config::AuthConfig config;
        config.keys.push_back(
            {.id = "",
             .algorithm = "HS256",
             .secret = std::string(32, 'k'),
             .public_key_file = {},
             .public_key = {}}
        );
        return std::move(*app::Authenticator::create(config, app::make_secrets()));
    }();
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto now = base::from_millis(1'700'000'000'000);
    if (authenticator().verify(text, now)) std::abort();
    const auto visitor = authenticator().admit(text, now);
    if (visitor && visitor->identity.role != domain::Role::guest) std::abort();

    const auto claims = app::parse_claims(text);
    if (!claims) return 0;
    const auto identity = app::identity_from(*claims, now, base::Millis(0));
    if (!identity) return 0;
    if (identity->role == domain::Role::guest) std::abort();
    if (identity->user.view().starts_with(app::kGuestPrefix)) std::abort();
    return 0;
}
