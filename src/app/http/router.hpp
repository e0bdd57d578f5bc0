// Every path that is not the socket: the API, the pages, health and metrics. One core's thread.
#pragma once

#include "app/auth/origin.hpp"
#include "app/http/api.hpp"
#include "app/readiness.hpp"
#include "net/http_handler.hpp"

namespace voxpop::app {

class Router final : public net::HttpHandler {
  public:
    Router(Services& services, const OriginPolicy& origins, const Readiness& readiness)
        : services_(services), api_(services), origins_(origins), readiness_(readiness) {}

    [[nodiscard]] boost::asio::awaitable<net::HttpResponse> handle(net::HttpRequest request
    ) override;

  private:
    [[nodiscard]] boost::asio::awaitable<net::HttpResponse> route(net::HttpRequest request);
    [[nodiscard]] net::HttpResponse preflight(const net::HttpRequest& request) const;
    [[nodiscard]] net::HttpResponse ready() const;
    [[nodiscard]] net::HttpResponse page(const net::HttpRequest& request) const;

    Services& services_;
    Api api_;
    const OriginPolicy& origins_;
    const Readiness& readiness_;
};

}  // namespace voxpop::app
