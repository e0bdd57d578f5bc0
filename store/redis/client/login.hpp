// What Redis says to a wrong user or password, and how that is told.
#pragma once

#include <string_view>

namespace voxpop::store::redis {

// In Client::trouble(), before Redis's own words. Nothing mends that but the operator.
inline constexpr std::string_view kLoginRefused = "refuses the login: ";

// Not each error of AUTH means that: "max number of clients reached" is what a full server says to
// whatever comes first.
[[nodiscard]] inline bool is_login_error(std::string_view error) {
    return error.starts_with("WRONGPASS") || error.starts_with("NOAUTH") ||
           error.starts_with("ERR AUTH");
}

}  // namespace voxpop::store::redis
