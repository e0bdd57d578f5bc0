#include "bench/support/server_thread.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>
#include <string_view>

namespace voxpop::bench {

class ServerThread::OpenBackend final : public net::Backend {
  public:
    bool origin_allowed(std::string_view) override { return true; }

    base::Result<net::Welcome> connect(const net::Peer&, const net::ConnectRequest&) override {
        net::Welcome welcome;
        welcome.identity.user = *base::UserId::from("g_" + std::to_string(++users_));
        return welcome;
    }
    base::Result<net::Welcome> refresh(const net::Caller&, std::string_view) override {
        return net::Welcome{};
    }

    base::Result<void> take_command(net::SessionId) override { return {}; }
    void subscribe(const net::Caller&, const net::SubscribeRequest&, net::Then<net::Admission> then)
        override {
        then(net::Admission{});
    }
    void history(std::string_view, std::uint64_t, std::size_t, net::Then<net::ChannelHistory> then)
        override {
        then(net::ChannelHistory{});
    }
    void presence_stats(const net::Caller&, std::string_view, net::Then<net::PresenceStats> then)
        override {
        then(net::PresenceStats{});
    }

    std::optional<net::CallOrder> call_order(std::string_view) override { return std::nullopt; }
    void call(const net::Caller&, std::string_view, std::string_view, net::ReplyTo) override {}
    void viewers_changed(std::string_view, std::uint64_t) override {}
    void unwatched(net::ChannelNumber) override {}
    void disconnected(net::SessionId, const domain::Identity&) override {}

  private:
    std::uint64_t users_ = 0;
};

class ServerThread::NoHttp final : public net::HttpHandler {
  public:
    boost::asio::awaitable<net::HttpResponse> handle(net::HttpRequest) override {
        co_return net::HttpResponse{.status = 404};
    }
};

ServerThread::ServerThread()
    : work_(boost::asio::make_work_guard(io_)),
      metrics_(std::make_unique<base::Metrics>()),
      backend_(std::make_unique<OpenBackend>()),
      http_(std::make_unique<NoHttp>()) {
    net::ServerOptions options;
    options.endpoint = {boost::asio::ip::address_v4::loopback(), 0};
    options.node_name = "bench";
    options.version = "0";
    options.ping_interval = base::Millis(3'600'000);  // no client here answers one
    server_ =
        std::make_unique<net::Server>(io_, *backend_, *http_, *metrics_, log_, clock_, options);
    port_ = server_->listen().port();
    thread_ = std::thread([this] { io_.run(); });
}

ServerThread::~ServerThread() {
    // Sessions hold on to the server, so all must be gone before it is.
    post([this](net::Server& server) {
        boost::asio::co_spawn(io_, server.drain(base::Millis(10)), [this](std::exception_ptr) {
            io_.stop();
        });
    });
    thread_.join();
}

}  // namespace voxpop::bench
