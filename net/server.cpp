#include "net/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>
#include <vector>

#include "net/core_network.hpp"
#include "net/http_connection.hpp"
#include "net/hub.hpp"
#include "net/listener.hpp"
#include "net/ws_connection.hpp"

namespace voxpop::net {
namespace asio = boost::asio;
namespace limits = base::limits;

class Server::Impl {
  public:
    Impl(
        asio::io_context& io, Backend& backend, HttpHandler& http, base::Metrics& metrics,
        base::Log& log, const base::Clock& clock, ServerOptions given
    )
        : options(std::move(given)),
          hub(backend),
          core{
              .io = io,
              .log = log,
              .sessions = {
                  .options = options,
                  .backend = backend,
                  .hub = hub,
                  .metrics = metrics,
                  .clock = clock,
                  .parser = {},
                  .line = {},
                  .find = [this](SessionId id) { return find(id); },
                  .schedule = [this](SessionId id, base::Monotonic due) { core.wheel.add(id, due); }
              },
              .wheel = TimingWheel(clock.monotonic()),
          },
          http_handler(http),
          listener(io, log, [this](asio::ip::tcp::socket socket) { accepted(std::move(socket)); }),
          timer(io) {}

    Session* find(SessionId id) {
        const auto at = core.connections.find(id);
        return at == core.connections.end() ? nullptr : &at->second->session();
    }

    void accepted(asio::ip::tcp::socket socket) {
        // As many that speak HTTP as WebSockets; an upgrade over the limit is told so (503).
        if (core.conversations >= options.sessions_max || core.draining) {
            core.sessions.count(base::Metric::connections_refused);
            return;  // the socket closes
        }
        core.sessions.count(base::Metric::connections_accepted);
        auto ended = [this](std::exception_ptr error) {
            if (error) core.log.error("a connection's coroutine failed", {});
        };
        asio::co_spawn(
            core.io, serve_http(core, http_handler, std::move(socket)), std::move(ended)
        );
    }

    // Once per interval of the wheel: time-outs, and the hub's reports.
    void beat() {
        const auto now = core.sessions.clock.monotonic();
        core.wheel.advance(now, [this](SessionId id, base::Monotonic due) {
            const auto at = core.connections.find(id);
            if (at != core.connections.end()) at->second->on_timer(due);
        });
        hub.report(now);
        core.sessions.metrics.adjust(
            base::Gauge::subscriptions,
            static_cast<std::int64_t>(hub.subscriptions()) -
                std::exchange(told_subscriptions, static_cast<std::int64_t>(hub.subscriptions()))
        );
        timer.expires_after(TimingWheel::kInterval);
        timer.async_wait([this](const boost::system::error_code& error) {
            if (!error) beat();
        });
    }

    const ServerOptions options;
    Hub hub;
    CoreNetwork core;
    HttpHandler& http_handler;
    Listener listener;
    asio::steady_timer timer;
    std::int64_t told_subscriptions = 0;
};

Server::Server(
    asio::io_context& io, Backend& backend, HttpHandler& http, base::Metrics& metrics,
    base::Log& log, const base::Clock& clock, ServerOptions options
)
    : impl_(std::make_unique<Impl>(io, backend, http, metrics, log, clock, std::move(options))) {}

Server::~Server() {
    auto& connections = impl_->core.connections;
    while (!connections.empty()) connections.begin()->second->end();
}

asio::ip::tcp::endpoint Server::listen() {
    const auto endpoint = impl_->listener.listen(impl_->options.endpoint);
    impl_->beat();
    return endpoint;
}

void Server::open_channel(const ChannelState& state) {
    impl_->hub.open(state, impl_->core.sessions.clock.monotonic());
}

std::optional<ChannelNumber> Server::channel_number(std::string_view name) const {
    const HubChannel* channel = impl_->hub.find(name);
    return channel == nullptr ? std::nullopt : std::optional(channel->number);
}

void Server::apply(const UpdateBatch& batch) {
    impl_->hub.apply(*batch, impl_->core.sessions.clock.monotonic());
    impl_->core.flush();
}

void Server::reply(ReplyTo to, std::string_view result) {
    if (Session* session = impl_->find(to.session)) session->reply(to.command, result);
}

void Server::fail(ReplyTo to, const base::Error& error) {
    if (Session* session = impl_->find(to.session)) session->fail(to.command, error);
}

void Server::flush_replies() {
    impl_->core.flush();
}

void Server::show_results(SessionId session, std::string_view channel, bool visible) {
    if (Session* found = impl_->find(session)) found->show_results(channel, visible);
}

void Server::readmit(std::string_view channel, const base::UserId& user, SessionId knows) {
    HubChannel* found = impl_->hub.find(channel);
    if (found == nullptr) return;
    impl_->hub.readmit(*found, user, impl_->find(knows), impl_->core.sessions.clock.monotonic());
    impl_->core.flush();
}

void Server::disconnect(SessionId session, std::uint16_t code, std::string_view reason) {
    if (Session* found = impl_->find(session)) found->close({code, reason});
}

std::size_t Server::session_count() const {
    return impl_->core.connections.size();
}

Presence Server::presence(std::string_view channel) const {
    return impl_->hub.presence(channel);
}

asio::awaitable<void> Server::drain(base::Millis window) {
    auto& core = impl_->core;
    core.draining = true;
    impl_->listener.close();
    std::vector<SessionId> sessions;
    for (const auto& [id, connection] : core.connections) sessions.push_back(id);
    asio::steady_timer pause(core.io);
    const auto step = base::Millis(10);
    const auto steps = static_cast<std::size_t>(std::max<base::Millis::rep>(1, window / step));
    const auto wait = [&pause](base::Millis duration) -> asio::awaitable<void> {
        boost::system::error_code ignored;
        pause.expires_after(duration);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    };
    for (std::size_t i = 0, gone = 0; gone < sessions.size(); ++i) {
        const std::size_t until = sessions.size() * std::min(i + 1, steps) / steps;
        for (; gone < until; ++gone)
            disconnect(sessions[gone], close::kShutdown.code, close::kShutdown.reason);
        core.flush();
        co_await wait(step);
    }
    const auto give_up = core.sessions.clock.monotonic() + limits::kDrainTimeout;
    while (!core.connections.empty() && core.sessions.clock.monotonic() < give_up)
        co_await wait(step);
}

}  // namespace voxpop::net
