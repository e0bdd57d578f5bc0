#include "app/http/responses.hpp"

#include <array>
#include <charconv>

#include "app/encode.hpp"
#include "app/services.hpp"

namespace voxpop::app {
namespace {

std::string etag_of(std::string_view body) {
    std::array<char, 16> hex{};
    const auto end =
        std::to_chars(hex.data(), hex.data() + hex.size(), Fingerprint().add(body).value(), 16);
    return '"' + std::string(hex.data(), end.ptr) + '"';
}

}  // namespace

net::HttpResponse json_response(unsigned status, std::string body) {
    net::HttpResponse response{.status = status, .body = std::move(body)};
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

net::HttpResponse error_response(const base::Error& error) {
    return json_response(
        static_cast<unsigned>(base::info(error.code).http_status), error_body(error)
    );
}

net::HttpResponse cacheable(const net::HttpRequest& request, std::string body, unsigned seconds) {
    net::HttpResponse response;
    const std::string etag = etag_of(body);
    response.headers.emplace_back("ETag", etag);
    response.headers.emplace_back("Cache-Control", "public, max-age=" + std::to_string(seconds));
    if (etag_matches(request.header("if-none-match"), etag)) {
        response.status = 304;
    } else {
        response.body = std::move(body);
    }
    return response;
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
    if (if_none_match == "*") return true;
    const auto at = if_none_match.find(etag);  // quotes included, so no tag is part of another
    return !etag.empty() && at != std::string_view::npos;
}

}  // namespace voxpop::app
