#include "app/http/router.hpp"

#include "app/http/responses.hpp"
#include "web/assets.hpp"

namespace voxpop::app {
namespace {

// Scripts and styles come from here alone; sockets may go elsewhere, for a page behind a proxy.
constexpr std::string_view kContentPolicy =
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'self'";

net::HttpResponse text(unsigned status, std::string body) {
    net::HttpResponse response{.status = status, .content_type = "text/plain; charset=utf-8"};
    response.body = std::move(body);
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

// The demo's articles; what else there is belongs to every installation.
bool is_demo(std::string_view path) {
    return path == "/" || path == "/en" || path.starts_with("/story/");
}

bool takes_writes(std::string_view path) {
    return path.starts_with(Api::kPrefix);
}

}  // namespace

boost::asio::awaitable<net::HttpResponse> Router::handle(net::HttpRequest request) {
    const std::string origin = request.peer.origin;
    const bool is_api = request.path.starts_with(Api::kPrefix);
    auto response = co_await route(std::move(request));
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    if (is_api) {
        response.headers.emplace_back("Vary", "Origin");
        if (!origin.empty() && origins_.allows(origin)) {
            response.headers.emplace_back("Access-Control-Allow-Origin", origin);
        }
    }
    co_return response;
}

boost::asio::awaitable<net::HttpResponse> Router::route(net::HttpRequest request) {
    if (request.method == "OPTIONS") co_return preflight(request);
    if (request.path.starts_with(Api::kPrefix)) co_return co_await api_.handle(std::move(request));
    if (request.method != "GET") {
        net::HttpResponse refused =
            error_response({base::ErrorCode::bad_request, "only GET is served here"});
        refused.status = 405;
        refused.headers.emplace_back("Allow", "GET, HEAD, OPTIONS");
        co_return refused;
    }
    if (request.path == "/health/live") co_return text(200, "live\n");
    if (request.path == "/health/ready") co_return ready();
    if (request.path == "/metrics") {
        auto metrics = text(200, services_.metrics.prometheus());
        metrics.content_type = "text/plain; version=0.0.4; charset=utf-8";
        co_return metrics;
    }
    co_return page(request);
}

net::HttpResponse Router::preflight(const net::HttpRequest& request) const {
    net::HttpResponse response{.status = 204};
    const std::string methods =
        takes_writes(request.path) ? "GET, HEAD, POST, PATCH, OPTIONS" : "GET, HEAD, OPTIONS";
    response.headers.emplace_back("Allow", methods);
    response.headers.emplace_back("Access-Control-Allow-Methods", methods);
    response.headers.emplace_back(
        "Access-Control-Allow-Headers", "Authorization, Content-Type, If-None-Match"
    );
    response.headers.emplace_back("Access-Control-Max-Age", "600");
    return response;
}

net::HttpResponse Router::ready() const {
    if (readiness_.draining.load(std::memory_order_relaxed)) return text(503, "draining\n");
    if (!readiness_.store_up.load(std::memory_order_relaxed))
        return text(503, "the store is away\n");
    return text(200, "ready\n");
}

net::HttpResponse Router::page(const net::HttpRequest& request) const {
    if (is_demo(request.path) && !services_.config.dev) {
        return error_response({base::ErrorCode::not_available, "the demo is shown with --dev"});
    }
    const auto asset = web::find_asset(request.path);
    if (!asset) return error_response({base::ErrorCode::not_available, "no such page"});
    net::HttpResponse response{.content_type = std::string(asset->content_type)};
    response.headers.emplace_back("ETag", asset->etag);
    response.headers.emplace_back(
        "Cache-Control", asset->immutable ? "public, max-age=31536000, immutable" : "no-cache"
    );
    response.headers.emplace_back("Content-Security-Policy", kContentPolicy);
    response.headers.emplace_back("Referrer-Policy", "strict-origin-when-cross-origin");
    // The script and what it loads are for other sites' pages.
    response.headers.emplace_back("Cross-Origin-Resource-Policy", "cross-origin");
    response.headers.emplace_back("Access-Control-Allow-Origin", "*");
    if (etag_matches(request.header("if-none-match"), asset->etag)) {
        response.status = 304;
    } else {
        response.static_body = asset->bytes;
    }
    return response;
}

}  // namespace voxpop::app
