#include "net/http_connection.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/json_writer.hpp"
#include "base/limits.hpp"
#include "net/handshake.hpp"
#include "net/http_target.hpp"
#include "net/ws_connection.hpp"

namespace voxpop::net {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace limits = base::limits;
using asio::ip::tcp;

namespace {

inline constexpr auto kKeepAlive = std::chrono::seconds(60);

// Closes the socket when what it guards takes too long (slow headers, idle connections).
class Deadline {
  public:
    explicit Deadline(tcp::socket& socket) : timer_(socket.get_executor()), socket_(socket) {}
    ~Deadline() { timer_.cancel(); }

    void set(std::chrono::steady_clock::duration after) {
        timer_.expires_after(after);
        // A handler that is on its way when the timer goes cannot be cancelled; it finds nobody.
        timer_.async_wait([this, alive = std::weak_ptr<bool>(alive_
                                 )](const boost::system::error_code& error) {
            if (error || alive.expired()) return;
            boost::system::error_code ignored;
            socket_.close(ignored);
        });
    }

  private:
    asio::steady_timer timer_;
    tcp::socket& socket_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

HttpResponse refusal(unsigned status, std::string_view why) {
    base::JsonWriter out;
    out.object().key("error").object();
    out.field("code", status).field("name", "http").field("message", why).field("temporary", false);
    out.end().end();
    return {.status = status, .body = out.take()};
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
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
    for (const auto& field : from)
        out.headers.emplace_back(lower(field.name_string()), field.value());
    return out;
}

unsigned status_of(const boost::system::error_code& error) {
    if (error == http::error::header_limit) return 431;
    if (error == http::error::body_limit) return 413;
    return 400;
}

// One connection's state between requests.
class Conversation {
  public:
    Conversation(CoreNetwork& core, HttpHandler& handler, tcp::socket socket)
        : core_(core), handler_(handler), socket_(std::move(socket)) {}

    asio::awaitable<void> run() {
        boost::system::error_code error;
        peer_.address = socket_.remote_endpoint(error).address();
        while (!error && socket_.is_open() && co_await exchange()) {
        }
    }

  private:
    // One request and its response. False: the conversation is over.
    asio::awaitable<bool> exchange() {
        std::optional<Deadline> deadline(std::in_place, socket_);
        deadline->set(
            first_ ? asio::steady_timer::duration(limits::kHandshakeTimeout) : kKeepAlive
        );
        first_ = false;
        http::request_parser<http::string_body> parser;
        parser.header_limit(limits::kHttpHeaderBytesMax);
        parser.body_limit(limits::kHttpBodyBytesMax);
        boost::system::error_code error;
        co_await http::async_read(
            socket_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error)
        );
        if (error) {
            const bool malformed =
                error.category() == http::make_error_code(http::error::bad_target).category() &&
                error != http::error::end_of_stream && error != http::error::partial_message;
            if (malformed) co_await send(refusal(status_of(error), error.message()), false, false);
            co_return false;
        }
        Request request = parser.release();
        peer_.origin = std::string(request[http::field::origin]);
        if (path_of(request) == kWebSocketPath) {
            deadline.reset();
            co_return co_await upgrade(std::move(request));
        }
        deadline->set(kKeepAlive);
        const bool keep = request.keep_alive() && !core_.draining;
        const bool head = request.method() == http::verb::head;
        co_return co_await send(co_await respond(request), keep, head);
    }

    static std::string_view path_of(const Request& request) {
        const std::string_view target = request.target();
        return target.substr(0, target.find('?'));
    }

    asio::awaitable<HttpResponse> respond(const Request& request) {
        core_.sessions.count(base::Metric::http_requests);
        auto target = parse_target(request.target());
        if (!target) co_return refusal(400, "the request's target is not a plain path");
        switch (request.method()) {
            case http::verb::get:
            case http::verb::head:
            case http::verb::post:
            case http::verb::patch:
            case http::verb::options:
                break;
            default:
                co_return refusal(405, "this method is not served");
        }
        co_return co_await handler_.handle(to_request(request, std::move(*target), peer_));
    }

    asio::awaitable<bool> upgrade(Request request) {
        const bool allowed = is_own_origin(peer_.origin, request[http::field::host]) ||
                             core_.sessions.backend.origin_allowed(peer_.origin);
        auto handshake = check_handshake(request, allowed);
        if (handshake.status == 101 && buffer_.size() > 0) {
            handshake.status = 400;
            handshake.why = "data came before the handshake was answered";
        }
        if (handshake.status != 101) {
            core_.sessions.count(base::Metric::connections_refused);
            auto response = refusal(handshake.status, handshake.why);
            if (handshake.status == 426) {
                response.headers.emplace_back("Upgrade", "websocket");
                response.headers.emplace_back("Sec-WebSocket-Version", "13");
            }
            co_return co_await send(std::move(response), false, false);
        }
        WsConnection::start(
            core_, std::move(socket_), std::move(peer_), std::move(request),
            std::move(handshake.subprotocol)
        );
        co_return false;
    }

    asio::awaitable<bool> send(HttpResponse response, bool keep, bool head) {
        if (response.status >= 400) core_.sessions.count(base::Metric::http_errors);
        const std::string_view body =
            response.static_body.empty() ? std::string_view(response.body) : response.static_body;
        http::response<http::span_body<const char>> message;
        message.result(response.status);
        message.set(http::field::server, "voxpop");
        if (response.status != 204 && response.status != 304) {
            message.set(http::field::content_type, response.content_type);
        }
        for (const auto& [name, value] : response.headers) message.insert(name, value);
        message.keep_alive(keep);
        message.body() = {body.data(), head ? 0 : body.size()};
        if (response.status != 204 && response.status != 304) message.content_length(body.size());
        boost::system::error_code error;
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
    Peer peer_;
    bool first_ = true;
};

}  // namespace

asio::awaitable<void> serve_http(CoreNetwork& core, HttpHandler& handler, tcp::socket socket) {
    Conversation conversation(core, handler, std::move(socket));
    co_await conversation.run();
}

}  // namespace voxpop::net
