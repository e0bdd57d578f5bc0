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

base::Result<void> outcome(bool taken, std::string_view what) {
    if (taken) return {};
    return base::fail(base::ErrorCode::too_many_requests, std::string("too many ").append(what));
}

}  // namespace

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

base::Result<void> RateLimits::connection(const ip::address& address, base::Monotonic now) {
    return outcome(
        exempt(address) || connections_.take(limited_address(address), now),
        "connections from this address"
    );
}

// The user's own limit comes first, so that one user's flood does not use up what neighbours behind
// the same address may write.
base::Result<void> RateLimits::vote(
    const base::UserId& user, const ip::address& address, base::Monotonic now
) {
    if (auto own = outcome(votes_.take(limited_user(user), now), "votes of this user"); !own)
        return own;
    return write(address, now);
}

base::Result<void> RateLimits::comment(
    const base::UserId& user, const ip::address& address, base::Monotonic now
) {
    if (auto own = outcome(comments_.take(limited_user(user), now), "comments of this user"); !own)
        return own;
    return write(address, now);
}

base::Result<void> RateLimits::tap(
    const base::UserId& user, const ip::address& address, base::Monotonic now
) {
    if (auto own = outcome(taps_.take(limited_user(user), now), "taps of this user"); !own)
        return own;
    return write(address, now);
}

base::Result<void> RateLimits::write(const ip::address& address, base::Monotonic now) {
    return outcome(
        exempt(address) || writes_.take(limited_address(address), now), "writes from this address"
    );
}

// Those who just left still have entries, hence twice the number of sessions.
CommandRate::CommandRate(const config::RatesConfig& rates, std::size_t sessions_max)
    : commands_(rate_of(rates.commands_per_connection), 2 * sessions_max) {}

base::Result<void> CommandRate::take(std::uint64_t session, base::Monotonic now) {
    return outcome(commands_.take(session, now), "commands on this connection");
}

bool RateLimits::exempt(const ip::address& address) const {
    return exempt_loopback_ && without_mapping(address).is_loopback();
}

}  // namespace voxpop::app
