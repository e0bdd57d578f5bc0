// A server on a free port of loopback, on a thread of its own, with a fake application behind it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <future>
#include <thread>
#include <utility>

#include "fake_backend.hpp"
#include "net/server.hpp"

namespace voxpop::net {

// Answers with what it was asked: "METHOD path?name=value body".
class EchoHandler final : public HttpHandler {
  public:
    boost::asio::awaitable<HttpResponse> handle(HttpRequest request) override {
        HttpResponse response{.content_type = "text/plain"};
        response.body = request.method + " " + request.path;
        for (const auto& [name, value] : request.query) response.body += " " + name + "=" + value;
        if (!request.body.empty()) response.body += " " + request.body;
        if (request.path == "/empty") response = {.status = 204};
        co_return response;
    }
};

class ServerFixture {
  public:
    explicit ServerFixture(ServerOptions options = {}) {
        options.endpoint = {boost::asio::ip::address_v4::loopback(), 0};
        options.node_name = "n";
        options.version = "v";
        server.emplace(io, backend, http, metrics, log, clock, options);
        port = server->listen().port();
        thread_ = std::thread([this] { io.run(); });
    }
    ~ServerFixture() {
        io.stop();
        if (thread_.joinable()) thread_.join();
        server.reset();
    }
    ServerFixture(const ServerFixture&) = delete;
    ServerFixture& operator=(const ServerFixture&) = delete;

    // Runs `work` on the server's thread and waits for it.
    template <class Work>
    auto run(Work work) {
        std::packaged_task<std::invoke_result_t<Work>()> task(std::move(work));
        auto result = task.get_future();
        boost::asio::post(io, [&task] { task(); });
        return result.get();
    }
    void open(const ChannelState& state) {
        run([&] { server->open_channel(state); });
    }
    void apply(std::vector<ChannelUpdate> updates) {
        const auto batch = std::make_shared<const std::vector<ChannelUpdate>>(std::move(updates));
        run([&] { server->apply(batch); });
    }

    // Send calls so far, counted between two handlers.
    std::uint64_t sends() {
        return run([this] { return metrics.sum(base::Metric::sends); });
    }

    boost::asio::io_context io{1};
    FakeBackend backend;
    EchoHandler http;
    base::Metrics metrics;
    base::Log log{base::LogLevel::off};
    base::SystemClock clock;
    std::optional<Server> server;
    std::uint16_t port = 0;

  private:
    std::thread thread_;
};

}  // namespace voxpop::net
