#include "net/http_connection.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <memory>
#include <utility>

#include "base/limits.hpp"
#include "net/forwarded.hpp"
#include "net/handshake.hpp"
#include "net/http_head.hpp"
#include "net/http_refusal.hpp"
#include "net/http_target.hpp"
#include "net/ws_connection.hpp"

namespace voxpop::net {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace limits = base::limits;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using Duration = asio::steady_timer::duration;

constexpr Duration kKeepAlive = std::chrono::seconds(60);
constexpr Duration kLinger = std::chrono::seconds(2);
constexpr std::size_t kReadBytes = 2'048;

// Closes the socket when what it guards takes too long (slow headers, idle connections).
class Deadline {
  public:
    Deadline(tcp::socket& socket, Duration after) : timer_(socket.get_executor()), socket_(socket) {
        set(after);
    }

    void set(Duration after) {
        timer_.expires_after(after);
        // A handler that is on its way when the timer goes cannot be cancelled; it finds nobody.
        auto late = [this, alive = std::weak_ptr<bool>(alive_)](const error_code& error) {
            if (error || alive.expired()) return;
            error_code ignored;
            socket_.close(ignored);
        };
        timer_.async_wait(std::move(late));
    }

  private:
    asio::steady_timer timer_;
    tcp::socket& socket_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return out;
}

HttpRequest to_request(const Request& from, HttpTarget target, Peer peer) {
    HttpRequest out{
        .method = from.method() == http::verb::head ? "GET" : std::string(from.method_string()),
        .path = std::move(target.path),
        .query = std::move(target.query),
        .headers = {},
        .body = from.body(),
        .peer = std::move(peer),
    };
    for (const auto& field : from) {
        out.headers.emplace_back(lower(field.name_string()), field.value());
    }
    return out;
}

// A list that comes in several lines is one list (RFC 9110, section 5.3).
std::string forwarded_for(const Request& request) {
    std::string out;
    const auto [begin, end] = request.equal_range("X-Forwarded-For");
    for (auto field = begin; field != end; ++field) {
        if (!out.empty()) out += ',';
        out += field->value();
    }
    return out;
}

bool is_served(http::verb method) {
    using enum http::verb;
    return method == get || method == head || method == post || method == patch ||
           method == options;
}

// One connection's state between requests.
class Conversation {
  public:
    Conversation(CoreNetwork& core, HttpHandler& handler, tcp::socket socket)
        : core_(core), handler_(handler), socket_(std::move(socket)) {}

    asio::awaitable<void> run() {
        error_code error;
        neighbour_ = socket_.remote_endpoint(error).address();
        while (!error && socket_.is_open() && co_await exchange()) {
        }
        // Now the coroutine ends by itself: had the server been destroyed, it would not have
        // resumed.
        --core_.conversations;
    }

  private:
    [[nodiscard]] const ServerOptions& options() const { return core_.sessions.options; }
    [[nodiscard]] Duration handshake_timeout() const { return options().handshake_timeout; }

    // One request and its response. False: the conversation is over.
    asio::awaitable<bool> exchange() {
        Deadline deadline(socket_, first_ ? handshake_timeout() : kKeepAlive);
        first_ = false;
        if (!co_await read_head(deadline)) co_return false;
        http::request_parser<http::string_body> parser;
        parser.header_limit(limits::kHttpHeaderBytesMax + kReadBytes);
        parser.body_limit(limits::kHttpBodyBytesMax);
        error_code error;
        co_await http::async_read(
            socket_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error)
        );
        if (error == http::error::body_limit) co_return co_await refuse(413, error.message());
        if (error == http::error::end_of_stream || error == http::error::partial_message) {
            co_return false;
        }
        if (error &&
            error.category() == http::make_error_code(http::error::bad_method).category()) {
            co_return co_await refuse(400, error.message());
        }
        if (error) co_return false;
        deadline.set(kKeepAlive);
        co_return co_await answer(parser.release());
    }

    // The head must come within the handshake's time once it has begun.
    asio::awaitable<bool> read_head(Deadline& deadline) {
        for (;;) {
            const auto data = buffer_.cdata();
            switch (examine_head({static_cast<const char*>(data.data()), data.size()})) {
                case HeadState::complete:
                    co_return true;
                case HeadState::folded:
                    co_return co_await refuse(400, "folded header lines");
                case HeadState::too_long:
                    co_return co_await refuse(431, "the header is too long");
                case HeadState::incomplete:
                    break;
            }
            const bool begins = data.size() == 0;
            error_code error;
            const std::size_t count = co_await socket_.async_read_some(
                buffer_.prepare(kReadBytes), asio::redirect_error(asio::use_awaitable, error)
            );
            if (error) co_return false;
            buffer_.commit(count);
            if (begins) deadline.set(handshake_timeout());
        }
    }

    asio::awaitable<bool> answer(Request request) {
        peer_.address =
            client_address(neighbour_, forwarded_for(request), options().trusted_proxies);
        peer_.origin = std::string(request[http::field::origin]);
        if (request.version() >= 11 && request.count(http::field::host) != 1) {
            co_return co_await refuse(400, "a request names its host once");
        }
        const std::string_view whole = request.target();
        if (whole.substr(0, whole.find('?')) == kWebSocketPath) {
            co_return co_await upgrade(std::move(request));
        }
        core_.sessions.count(base::Metric::http_requests);
        auto target = parse_target(whole);
        if (!target) co_return co_await refuse(400, "the request's target is not a plain path");
        if (!is_served(request.method())) {
            co_return co_await refuse(405, "this method is not served");
        }
        const bool keep = request.keep_alive() && !core_.draining;
        const bool head = request.method() == http::verb::head;
        auto response = co_await handler_.handle(to_request(request, std::move(*target), peer_));
        co_return co_await send(std::move(response), keep, head);
    }

    asio::awaitable<bool> upgrade(Request request) {
        const bool allowed = is_own_origin(peer_.origin, request[http::field::host]) ||
                             core_.sessions.backend.origin_allowed(peer_.origin);
        auto handshake = check_handshake(request, allowed);
        const bool full = core_.connections.size() >= core_.sessions.options.sessions_max;
        if (handshake.status == 101 && (full || core_.draining)) {
            handshake.status = 503;
            handshake.why = full ? "as many connections as are served" : "the server is stopping";
        }
        if (handshake.status == 101 && buffer_.size() > 0) {
            handshake.status = 400;
            handshake.why = "data came before the handshake was answered";
        }
        if (handshake.status != 101) {
            core_.sessions.count(base::Metric::connections_refused);
            co_return co_await refuse(handshake.status, handshake.why);
        }
        WsConnection::start(
            core_, std::move(socket_), std::move(peer_), std::move(request),
            std::move(handshake.subprotocol)
        );
        co_return false;
    }

    // Says why, and hangs up. What the client is still sending is read and thrown away for a
    // moment: closing a socket with unread input takes the answer back.
    asio::awaitable<bool> refuse(unsigned status, std::string_view why) {
        co_await send(refusal(status, why), false, false);
        const Deadline deadline(socket_, kLinger);
        std::array<char, kReadBytes> trash;
        error_code error;
        while (!error) {
            co_await socket_.async_read_some(
                asio::buffer(trash), asio::redirect_error(asio::use_awaitable, error)
            );
        }
        co_return false;
    }

    asio::awaitable<bool> send(HttpResponse response, bool keep, bool head) {
        if (response.status >= 400) core_.sessions.count(base::Metric::http_errors);
        const std::string_view body =
            response.static_body.empty() ? std::string_view(response.body) : response.static_body;
        const bool bodiless = response.status == 204 || response.status == 304;
        http::response<http::span_body<const char>> message;
        message.result(response.status);
        message.set(http::field::server, "voxpop");
        if (!bodiless) {
            message.set(http::field::content_type, response.content_type);
            message.content_length(body.size());
        }
        for (const auto& [name, value] : response.headers) message.insert(name, value);
        message.keep_alive(keep);
        message.body() = {body.data(), head || bodiless ? 0 : body.size()};
        error_code error;
        http::response_serializer<http::span_body<const char>> serializer(message);
        co_await http::async_write(
            socket_, serializer, asio::redirect_error(asio::use_awaitable, error)
        );
        if (!keep) socket_.shutdown(tcp::socket::shutdown_send, error);
        co_return keep && !error;
    }

    CoreNetwork& core_;
    HttpHandler& handler_;
    tcp::socket socket_;
    beast::flat_buffer buffer_{limits::kHttpHeaderBytesMax + limits::kHttpBodyBytesMax};
    asio::ip::address neighbour_;  // the client itself, or the proxy before us
    Peer peer_;
    bool first_ = true;
};

}  // namespace

asio::awaitable<void> serve_http(CoreNetwork& core, HttpHandler& handler, tcp::socket socket) {
    ++core.conversations;
    Conversation conversation(core, handler, std::move(socket));
    co_await conversation.run();
}

}  // namespace voxpop::net
