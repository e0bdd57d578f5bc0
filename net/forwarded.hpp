// Whose request it is that a proxy hands on. Pure.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <span>
#include <string_view>

#include "base/ip_network.hpp"

namespace voxpop::net {

// `forwarded`: the value of X-Forwarded-For, to which each proxy appends where it got the request
// from. Only what trusted proxies have written counts, so it is read from its end: the client is
// the first that is not a proxy of ours. What is no address ends the search, too; then the client
// is the proxy that wrote it.
[[nodiscard]] boost::asio::ip::address client_address(
    const boost::asio::ip::address& peer, std::string_view forwarded,
    std::span<const base::IpNetwork> trusted
);

}  // namespace voxpop::net
