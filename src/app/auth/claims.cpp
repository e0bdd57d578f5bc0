#include "app/auth/claims.hpp"

#include <simdjson.h>

#include "app/auth/authenticator.hpp"
#include "base/limits.hpp"
#include "domain/text.hpp"

namespace voxpop::app {
namespace {

namespace limits = base::limits;
using base::ErrorCode;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::int64_t kLastSecond = 253'402'300'799;  // the end of the year 9999

base::Result<std::string> text_claim(element value, std::string_view name) {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS)
        return base::fail(ErrorCode::unauthorized, std::string(name) + " must be a string");
    return std::string(text);
}

// NumericDate: seconds since 1970, with or without a fraction.
base::Result<std::int64_t> seconds_claim(element value, std::string_view name) {
    double seconds = 0;
    if (value.get(seconds) != simdjson::SUCCESS || !(seconds >= 0 && seconds <= kLastSecond)) {
        return base::fail(
            ErrorCode::unauthorized, std::string(name) + " must be a time in seconds"
        );
    }
    return static_cast<std::int64_t>(seconds);
}

base::Time time_of(std::int64_t seconds) {
    return base::Time(std::chrono::seconds(seconds));
}

base::Result<domain::Role> role_claim(element value) {
    const auto name = text_claim(value, "role");
    if (!name) return std::unexpected(name.error());
    const auto role = domain::parse_role(*name);
    if (!role || *role == domain::Role::guest)
        return base::fail(ErrorCode::unauthorized, "role must be reader, moderator or admin");
    return *role;
}

// A name of the wrong type is as good as none: it is for show.
std::string name_claim(object claims) {
    std::string_view name;
    if (claims["info"]["name"].get(name) == simdjson::SUCCESS) return std::string(name);
    if (claims["name"].get(name) == simdjson::SUCCESS) return std::string(name);
    return {};
}

base::Result<void> read_times(object json, Claims& claims) {
    element value;
    if (json["exp"].get(value) != simdjson::SUCCESS)
        return base::fail(ErrorCode::unauthorized, "exp is required");
    const auto expires = seconds_claim(value, "exp");
    if (!expires) return std::unexpected(expires.error());
    claims.expires = time_of(*expires);
    if (json["nbf"].get(value) == simdjson::SUCCESS) {
        const auto not_before = seconds_claim(value, "nbf");
        if (!not_before) return std::unexpected(not_before.error());
        claims.not_before = time_of(*not_before);
    }
    if (json["expire_at"].get(value) == simdjson::SUCCESS) {
        const auto until = seconds_claim(value, "expire_at");
        if (!until) return std::unexpected(until.error());
        claims.connection_forever = *until == 0;
        if (*until != 0) claims.connection_until = time_of(*until);
    }
    return {};
}

// What others see. A name that may not be shown does not keep its owner out; it is left away.
std::string shown_name(const std::string& raw) {
    return domain::clean_text(
               raw, {.graphemes_max = limits::kNameGraphemesMax,
                     .bytes_max = limits::kNameBytesMax,
                     .allow_newlines = false,
                     .allow_empty = true}
    )
        .value_or(std::string());
}

}  // namespace

base::Result<Claims> parse_claims(std::string_view json) {
    simdjson::dom::parser parser;
    object object_json;
    if (parser.parse(simdjson::padded_string(json)).get(object_json) != simdjson::SUCCESS)
        return base::fail(ErrorCode::unauthorized, "the token's claims are not a JSON object");
    Claims claims;
    if (const auto times = read_times(object_json, claims); !times)
        return std::unexpected(times.error());
    element value;
    if (object_json["sub"].get(value) != simdjson::SUCCESS)
        return base::fail(ErrorCode::unauthorized, "sub is required");
    auto subject = text_claim(value, "sub");
    if (!subject) return std::unexpected(subject.error());
    claims.subject = std::move(*subject);
    if (object_json["role"].get(value) == simdjson::SUCCESS) {
        const auto role = role_claim(value);
        if (!role) return std::unexpected(role.error());
        claims.role = *role;
    }
    claims.name = name_claim(object_json);
    return claims;
}

base::Result<domain::Identity> identity_from(
    const Claims& claims, base::Time now, base::Millis ttl_max
) {
    const auto expires = claims.expires + limits::kTokenLeeway;
    if (now >= expires) return base::fail(ErrorCode::token_expired);
    if (claims.connection_until && now >= *claims.connection_until + limits::kTokenLeeway)
        return base::fail(ErrorCode::token_expired, "the time in expire_at is over");
    if (claims.not_before && now + limits::kTokenLeeway < *claims.not_before)
        return base::fail(ErrorCode::unauthorized, "the token is not valid yet (nbf)");
    if (ttl_max.count() > 0 && claims.expires - now > ttl_max + limits::kTokenLeeway)
        return base::fail(
            ErrorCode::unauthorized, "the token lives longer than this server allows"
        );
    const auto user = base::UserId::from(claims.subject);
    if (!user) return base::fail(ErrorCode::unauthorized, "sub is not a valid user id");
    if (user->view().starts_with(kGuestPrefix))
        return base::fail(ErrorCode::unauthorized, "sub may not begin with g_, as guests' ids do");
    domain::Identity identity{*user, shown_name(claims.name), claims.role, claims.expires};
    if (claims.connection_until) identity.expires = claims.connection_until;
    if (claims.connection_forever) identity.expires = std::nullopt;
    return identity;
}

}  // namespace voxpop::app
