// Responses of the API. Any thread.
#pragma once

#include <string>

#include "base/error.hpp"
#include "net/http_handler.hpp"

namespace voxpop::app {

[[nodiscard]] net::HttpResponse json_response(unsigned status, std::string body);
[[nodiscard]] net::HttpResponse error_response(const base::Error& error);

// A public document that caches may keep for `seconds`, with an ETag of its content; 304 where the
// request has that already.
[[nodiscard]] net::HttpResponse cacheable(
    const net::HttpRequest& request, std::string body, unsigned seconds
);

// Whether an If-None-Match header names `etag` (quoted), RFC 9110 section 13.1.2, weak comparison.
[[nodiscard]] bool etag_matches(std::string_view if_none_match, std::string_view etag);

}  // namespace voxpop::app
