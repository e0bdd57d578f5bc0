#include "app/http/api.hpp"

#include <boost/asio/this_coro.hpp>

#include "app/http/ask.hpp"
#include "app/http/openapi.hpp"
#include "app/http/responses.hpp"

namespace voxpop::app {
namespace {

inline constexpr unsigned kDocumentCacheSeconds = 300;

// `path` without `suffix`; nothing when it does not end so, or nothing would be left.
std::optional<std::string> without_suffix(std::string_view path, std::string_view suffix) {
    if (!path.ends_with(suffix) || path.size() == suffix.size()) return std::nullopt;
    return std::string(path.substr(0, path.size() - suffix.size()));
}

std::optional<std::string> without_prefix(std::string_view path, std::string_view prefix) {
    if (!path.starts_with(prefix) || path.size() == prefix.size()) return std::nullopt;
    return std::string(path.substr(prefix.size()));
}

base::Error no_such_path() {
    return {base::ErrorCode::not_available, "no such path in the API"};
}

}  // namespace

boost::asio::awaitable<domain::Outcome> write_and_wait(
    Services& services, domain::Command command
) {
    auto start = [&services, command = std::move(command)](auto resume) mutable {
        // Outcomes of API calls are rare: the one allocation keeps the pen's callbacks small.
        auto shared = std::make_unique<decltype(resume)>(std::move(resume));
        services.pen.write(
            std::move(command),
            [shared = std::move(shared)](domain::Outcome outcome) { (*shared)(std::move(outcome)); }
        );
    };
    co_return co_await wait_for<domain::Outcome>(std::move(start));
}

Api::Response Api::handle(net::HttpRequest request) {
    std::string path = request.path.substr(kPrefix.size());
    if (request.method == "GET") co_return co_await get(std::move(request), std::move(path));
    const auto admin = authorise_admin(request);
    if (!admin) co_return error_response(admin.error());
    co_return co_await change(std::move(request), std::move(path));
}

Api::Response Api::get(net::HttpRequest request, std::string path) {
    if (path == "openapi.json")
        co_return cacheable(request, std::string(kOpenApi), kDocumentCacheSeconds);
    if (path == "counts") co_return co_await get_counts(std::move(request));
    if (const auto thread = without_prefix(path, "threads/")) {
        if (const auto id = without_suffix(*thread, "/comments")) {
            co_return co_await get_comments(std::move(request), *id);
        }
        co_return co_await get_thread(std::move(request), *thread);
    }
    if (const auto id = without_prefix(path, "polls/")) {
        co_return co_await get_poll(std::move(request), *id);
    }
    co_return error_response(no_such_path());
}

Api::Response Api::change(net::HttpRequest request, std::string path) {
    const bool post = request.method == "POST";
    const bool patch = request.method == "PATCH";
    if (post && path == "threads") co_return co_await create_thread(std::move(request));
    if (post && path == "polls") co_return co_await create_poll(std::move(request));
    if (const auto id = without_prefix(path, "threads/"); id && patch) {
        co_return co_await change_thread(std::move(request), *id);
    }
    if (const auto poll = without_prefix(path, "polls/")) {
        if (patch) co_return co_await change_poll(std::move(request), *poll);
        for (const std::string action : {"open", "pause", "close", "archive"}) {
            const auto id = without_suffix(*poll, "/" + action);
            if (post && id) co_return co_await move_poll(*id, action);
        }
    }
    co_return error_response(no_such_path());
}

base::Result<void> Api::authorise_admin(const net::HttpRequest& request) const {
    static constexpr std::string_view kBearer = "Bearer ";
    using base::ErrorCode;
    const auto refuse = [this](const TokenRefusal& refusal) {
        return std::unexpected(services_.refusals.token(refusal));
    };
    const auto header = request.header("authorization");
    if (!header.starts_with(kBearer)) {
        return refuse(
            {{ErrorCode::unauthorized, "send the admin token: Authorization: Bearer TOKEN"},
             TokenFault::missing}
        );
    }
    const auto token = header.substr(kBearer.size());
    if (services_.authenticator.is_admin_token(token)) return {};
    const auto identity = services_.authenticator.verify(token, services_.clock.now());
    if (!identity && identity.error().fault == TokenFault::malformed) {
        return refuse(
            {{ErrorCode::unauthorized,
              "this is not the admin token (auth.admin_token), nor a connection token of an admin"},
             TokenFault::not_admin}
        );
    }
    if (!identity) return refuse(identity.error());
    if (domain::may(identity->role, domain::Operation::administer)) return {};
    return refuse(
        {{ErrorCode::permission_denied, "this needs the role admin"}, TokenFault::not_admin}
    );
}

}  // namespace voxpop::app
