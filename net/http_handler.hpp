// Plain HTTP as the application sees it: a request in, a response out. Parsing, limits, keep-alive,
// time-outs and HEAD are the connection layer's.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/backend.hpp"

namespace voxpop::net {

struct HttpRequest {
    std::string method;  // "GET"; HEAD arrives as GET
    std::string path;    // percent-decoded, without the query, normalised: no "..", no "//"
    std::vector<std::pair<std::string, std::string>> query;    // decoded, in order
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
    std::string body;
    Peer peer;

    // The first value; nothing: empty view.
    [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
    [[nodiscard]] std::string_view parameter(std::string_view name) const;
};

struct HttpResponse {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::string_view static_body;  // of static lifetime; used instead of `body` where not empty
};

class HttpHandler {
  public:
    virtual ~HttpHandler() = default;
    // The core's thread. Must not throw; takes its request by value, it outlives suspensions.
    [[nodiscard]] virtual boost::asio::awaitable<HttpResponse> handle(HttpRequest request) = 0;
};

}  // namespace voxpop::net
