// Whether an HTTP request may become a WebSocket, RFC 6455 section 4.2.1: checked here, since Beast
// answers 101 to keys that are empty, short or given twice.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <string>
#include <string_view>

namespace voxpop::net {

using Request = boost::beast::http::request<boost::beast::http::string_body>;

struct Handshake {
    unsigned status = 101;    // else the HTTP status of the refusal
    std::string_view why;     // of a refusal, in words
    std::string subprotocol;  // to be echoed; empty: none
};

// `origin_allowed`: what the application says of the Origin header.
[[nodiscard]] Handshake check_handshake(const Request& request, bool origin_allowed);

// Whether `origin` is the page's own server: the same host and port as the Host header.
[[nodiscard]] bool is_own_origin(std::string_view origin, std::string_view host);

}  // namespace voxpop::net
