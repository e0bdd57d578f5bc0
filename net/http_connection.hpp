// One connection while it speaks HTTP: requests one after another, until it closes or becomes a
// WebSocket. The core's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "net/core_network.hpp"
#include "net/http_handler.hpp"

namespace voxpop::net {

inline constexpr std::string_view kWebSocketPath = "/connection/websocket";

// Serves `socket` to its end. Everything by value or owned by the core: it outlives the caller.
[[nodiscard]] boost::asio::awaitable<void> serve_http(
    CoreNetwork& core, HttpHandler& handler, boost::asio::ip::tcp::socket socket
);

}  // namespace voxpop::net
