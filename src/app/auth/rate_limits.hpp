// How often one connection, one user and one address may do things on this node. Somebody whose
// connections are spread over n nodes has n times the limit, which is the price for not asking the
// store about every command.
//
// An address is an IPv4 address or an IPv6 /64, which is what one subscriber gets. It is a signal
// for limits, never an identity. Tables are bounded; when one is full of busy entries newcomers are
// refused.
//
// RateLimits: any thread. CommandRate: the core's, since a connection belongs to one core.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <expected>
#include <functional>

#include "app/auth/shared_quota.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "config/config.hpp"
#include "domain/quota.hpp"

namespace voxpop::app {

// What two addresses have in common when they count as one. Different for different addresses:
// nobody can pick an address that meets somebody else's bucket.
[[nodiscard]] std::uint64_t limited_address(const boost::asio::ip::address& address);

// By the names of the configuration, [rates].
enum class Limit : std::uint8_t {
    commands_per_connection,
    votes_per_user,
    comments_per_user,
    taps_per_user,
    connections_per_ip,
    writes_per_ip,
};

// The error: too_many_requests, in words which limit it was.
[[nodiscard]] base::Error error_of(Limit limit);

// Nothing, or the limit that was reached.
using Allowed = std::expected<void, Limit>;

class RateLimits {
  public:
    explicit RateLimits(const config::RatesConfig& rates);

    // Each takes what it allows.
    [[nodiscard]] Allowed connection(const boost::asio::ip::address& address, base::Monotonic now);
    [[nodiscard]] Allowed vote(
        const base::UserId& user, const boost::asio::ip::address& address, base::Monotonic now
    );
    [[nodiscard]] Allowed comment(
        const base::UserId& user, const boost::asio::ip::address& address, base::Monotonic now
    );
    // Hearts and claps.
    [[nodiscard]] Allowed tap(
        const base::UserId& user, const boost::asio::ip::address& address, base::Monotonic now
    );
    // Any other write: saves, likes, edits.
    [[nodiscard]] Allowed write(const boost::asio::ip::address& address, base::Monotonic now);

  private:
    [[nodiscard]] bool exempt(const boost::asio::ip::address& address) const;

    bool exempt_loopback_;
    SharedQuota votes_;
    SharedQuota comments_;
    SharedQuota taps_;
    SharedQuota connections_;
    SharedQuota writes_;
};

class CommandRate {
  public:
    CommandRate(const config::RatesConfig& rates, std::size_t sessions_max);

    // The same, of one connection of this core.
    [[nodiscard]] Allowed take(std::uint64_t session, base::Monotonic now);

  private:
    domain::QuotaTable commands_;
};

}  // namespace voxpop::app
