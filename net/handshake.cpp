#include "net/handshake.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>

namespace voxpop::net {
namespace http = boost::beast::http;
using boost::beast::iequals;

namespace {

// 16 bytes in base 64: 22 characters and two "=".
bool is_key(std::string_view key) {
    if (key.size() != 24 || !key.ends_with("==")) return false;
    return std::all_of(key.begin(), key.end() - 2, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '+' || c == '/';
    });
}

// The subprotocol to echo; "-" when only ones were offered that we do not speak.
std::string choose_subprotocol(std::string_view offered) {
    if (offered.empty()) return "";
    for (const auto token : http::token_list(offered)) {
        if (token == "centrifuge-json") return "centrifuge-json";
    }
    return "-";
}

}  // namespace

bool is_own_origin(std::string_view origin, std::string_view host) {
    const auto scheme_end = origin.find("://");
    if (scheme_end == std::string_view::npos || host.empty()) return false;
    return iequals(origin.substr(scheme_end + 3), host);
}

Handshake check_handshake(const Request& request, bool origin_allowed) {
    const bool upgrade = http::token_list(request[http::field::connection]).exists("upgrade") &&
                         http::token_list(request[http::field::upgrade]).exists("websocket");
    if (!upgrade) return {426, "this address speaks WebSocket"};
    if (request.method() != http::verb::get || request.version() < 11) {
        return {400, "a WebSocket begins with GET and HTTP/1.1"};
    }
    if (request.count(http::field::sec_websocket_key) != 1 ||
        !is_key(request[http::field::sec_websocket_key])) {
        return {400, "Sec-WebSocket-Key must be given once, 16 bytes in base 64"};
    }
    if (request[http::field::sec_websocket_version] != "13")
        return {426, "WebSocket version 13 is spoken here"};
    if (!origin_allowed) return {403, "this origin is not allowed"};
    std::string subprotocol = choose_subprotocol(request[http::field::sec_websocket_protocol]);
    if (subprotocol == "-") return {400, "the subprotocol spoken here is centrifuge-json"};
    return {.subprotocol = std::move(subprotocol)};
}

}  // namespace voxpop::net
