#include "app/auth/origin.hpp"

#include <algorithm>

namespace voxpop::app {
namespace {

bool is_local(const config::Origin& origin) {
    return origin.host == "localhost" || origin.host == "127.0.0.1" || origin.host == "::1";
}

}  // namespace

std::expected<OriginPolicy, std::string> OriginPolicy::create(
    const std::vector<std::string>& origins, bool allow_localhost
) {
    OriginPolicy policy;
    policy.allow_localhost_ = allow_localhost;
    for (const auto& text : origins) {
        auto pattern = config::OriginPattern::parse(text);
        if (!pattern) return std::unexpected(std::move(pattern.error()));
        policy.patterns_.push_back(std::move(*pattern));
    }
    return policy;
}

bool OriginPolicy::allows(std::string_view text) const {
    const auto origin = config::parse_origin(text);
    if (!origin) return false;
    if (allow_localhost_ && is_local(*origin)) return true;
    return std::ranges::any_of(patterns_, [&](const auto& p) { return p.matches(*origin); });
}

}  // namespace voxpop::app
