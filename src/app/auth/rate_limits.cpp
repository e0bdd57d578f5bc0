#include "app/auth/rate_limits.hpp"

namespace voxpop::app {
namespace {

namespace ip = boost::asio::ip;

// Entries per table. A few dozen bytes each, so the five tables stay within some dozen megabytes.
constexpr std::size_t kUsersMax = 400'000;
constexpr std::size_t kAddressesMax = 400'000;

domain::Rate rate_of(const config::RateConfig& rate) {
    return {rate.burst, rate.per_minute};
}

ip::address without_mapping(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

std::uint64_t limited_user(const base::UserId& user) {
    return std::hash<base::UserId>{}(user);
}

Allowed outcome(bool taken, Limit limit) {
    if (taken) return {};
    return std::unexpected(limit);
}

std::string_view in_words(Limit limit) {
    switch (limit) {
        case Limit::commands_per_connection:
            return "commands on this connection";
        case Limit::votes_per_user:
            return "votes of this user";
        case Limit::comments_per_user:
            return "comments of this user";
        case Limit::taps_per_user:
            return "taps of this user";
        case Limit::connections_per_ip:
            return "connections from this address";
        case Limit::writes_per_ip:
            return "writes from this address";
    }
    return "requests";
}

}  // namespace

base::Error error_of(Limit limit) {
    return {base::ErrorCode::too_many_requests, std::string("too many ").append(in_words(limit))};
}

std::uint64_t limited_address(const ip::address& given) {
    const auto address = without_mapping(given);
    // 0xffff… is multicast as an IPv6 prefix, so no peer's /64 can be mistaken for an IPv4 address.
    if (address.is_v4()) return 0xffff'ffff'0000'0000 | address.to_v4().to_uint();
    std::uint64_t prefix = 0;
    const auto bytes = address.to_v6().to_bytes();
    for (std::size_t i = 0; i < 8; ++i) prefix = prefix << 8 | bytes[i];
    return prefix;
}

RateLimits::RateLimits(const config::RatesConfig& rates)
    : exempt_loopback_(rates.exempt_loopback),
      votes_(rate_of(rates.votes_per_user), kUsersMax),
      comments_(rate_of(rates.comments_per_user), kUsersMax),
      taps_(rate_of(rates.taps_per_user), kUsersMax),
      connections_(rate_of(rates.connections_per_ip), kAddressesMax),
      writes_(rate_of(rates.writes_per_ip), kAddressesMax) {}

Allowed RateLimits::connection(const ip::address& address, base::Monotonic now) {
    return outcome(
        exempt(address) || connections_.take(limited_address(address), now),
        Limit::connections_per_ip
    );
}

// The user's own limit comes first, so that one user's flood does not use up what neighbours behind
// the same address may write.
Allowed RateLimits::vote(
    const base::UserId& user, const ip::address& address, base::Monotonic now
) {
    if (auto own = outcome(votes_.take(limited_user(user), now), Limit::votes_per_user); !own)
        return own;
    return write(address, now);
}

Allowed RateLimits::comment(
    const base::UserId& user, const ip::address& address, base::Monotonic now
) {
    if (auto own = outcome(comments_.take(limited_user(user), now), Limit::comments_per_user); !own)
        return own;
    return write(address, now);
}

Allowed RateLimits::tap(const base::UserId& user, const ip::address& address, base::Monotonic now) {
    if (auto own = outcome(taps_.take(limited_user(user), now), Limit::taps_per_user); !own)
        return own;
    return write(address, now);
}

Allowed RateLimits::write(const ip::address& address, base::Monotonic now) {
    return outcome(
        exempt(address) || writes_.take(limited_address(address), now), Limit::writes_per_ip
    );
}

// Those who just left still have entries, hence twice the number of sessions.
CommandRate::CommandRate(const config::RatesConfig& rates, std::size_t sessions_max)
    : commands_(rate_of(rates.commands_per_connection), 2 * sessions_max) {}

Allowed CommandRate::take(std::uint64_t session, base::Monotonic now) {
    return outcome(commands_.take(session, now), Limit::commands_per_connection);
}

bool RateLimits::exempt(const ip::address& address) const {
    return exempt_loopback_ && without_mapping(address).is_loopback();
}

}  // namespace voxpop::app
