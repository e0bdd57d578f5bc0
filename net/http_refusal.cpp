#include "net/http_refusal.hpp"

#include "base/error.hpp"
#include "base/json_writer.hpp"

namespace voxpop::net {
namespace {

base::ErrorCode code_of(unsigned status) {
    switch (status) {
        case 403:
            return base::ErrorCode::permission_denied;
        case 405:
            return base::ErrorCode::not_available;
        case 413:
        case 431:
            return base::ErrorCode::limit_exceeded;
        case 503:
            return base::ErrorCode::overloaded;
        default:
            return base::ErrorCode::bad_request;
    }
}

}  // namespace

HttpResponse refusal(unsigned status, std::string_view why) {
    const auto& row = base::info(code_of(status));
    base::JsonWriter out;
    out.object().key("error").object();
    out.field("code", static_cast<unsigned>(row.code)).field("name", row.name);
    out.field("message", why).field("temporary", row.temporary);
    out.end().end();
    HttpResponse response{.status = status};
    response.body = out.take();
    if (status == 405) response.headers.emplace_back("Allow", "GET, HEAD, POST, PATCH, OPTIONS");
    if (status == 426) {
        response.headers.emplace_back("Upgrade", "websocket");
        response.headers.emplace_back("Sec-WebSocket-Version", "13");
    }
    return response;
}

}  // namespace voxpop::net
