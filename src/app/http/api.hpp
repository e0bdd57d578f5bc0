// The HTTP API under /api/v1, for a site's own backend and for pages without a socket. What is
// public can be cached; what changes something wants the admin's bearer token. docs/openapi.json
// describes it.
//
// One core's thread.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>

#include "app/services.hpp"
#include "net/http_handler.hpp"

namespace voxpop::app {

class Api {
  public:
    using Response = boost::asio::awaitable<net::HttpResponse>;

    explicit Api(Services& services) : services_(services) {}

    static constexpr std::string_view kPrefix = "/api/v1/";

    // Any request whose path begins with kPrefix.
    [[nodiscard]] Response handle(net::HttpRequest request);

  private:
    [[nodiscard]] Response get(net::HttpRequest request, std::string path);
    [[nodiscard]] Response change(net::HttpRequest request, std::string path);

    // threads_api.cpp
    [[nodiscard]] Response get_counts(net::HttpRequest request);
    [[nodiscard]] Response get_thread(net::HttpRequest request, std::string id);
    [[nodiscard]] Response get_comments(net::HttpRequest request, std::string id);
    [[nodiscard]] Response create_thread(net::HttpRequest request);
    [[nodiscard]] Response change_thread(net::HttpRequest request, std::string id);
    [[nodiscard]] Response put_thread(domain::Thread thread, std::uint32_t version_before);

    // polls_api.cpp
    [[nodiscard]] Response get_poll(net::HttpRequest request, std::string id);
    [[nodiscard]] Response create_poll(net::HttpRequest request);
    [[nodiscard]] Response change_poll(net::HttpRequest request, std::string id);
    [[nodiscard]] Response move_poll(std::string id, std::string action);
    [[nodiscard]] Response put_poll(domain::Poll poll, std::uint32_t version_before);

    [[nodiscard]] base::Result<void> authorise_admin(const net::HttpRequest& request) const;

    Services& services_;
};

}  // namespace voxpop::app
