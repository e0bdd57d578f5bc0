// A net::Server on a thread of its own, behind it a backend that lets everybody in everywhere. What
// a benchmark measures on it is the connection layer alone: no store, no application.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <cstdint>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "bench/support/thread_cpu.hpp"
#include "net/server.hpp"

namespace voxpop::bench {

class ServerThread {
  public:
    ServerThread();
    ~ServerThread();
    ServerThread(const ServerThread&) = delete;
    ServerThread& operator=(const ServerThread&) = delete;

    // Where it listens, on 127.0.0.1.
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] net::Server& server() { return *server_; }  // its own thread only
    [[nodiscard]] ThreadCpu cpu() { return ThreadCpu(thread_.native_handle()); }

    // Runs `work(server)` on the server's thread; does not wait for it.
    template <class Work>
    void post(Work work) {
        boost::asio::post(io_, [this, work = std::move(work)] { work(*server_); });
    }
    // The same, and waits.
    template <class Work>
    void run(Work work) {
        std::promise<void> done;
        post([&](net::Server& server) {
            work(server);
            done.set_value();
        });
        done.get_future().wait();
    }

  private:
    class OpenBackend;
    class NoHttp;

    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::unique_ptr<base::Metrics> metrics_;
    base::Log log_{base::LogLevel::error};
    base::SystemClock clock_;
    std::unique_ptr<OpenBackend> backend_;
    std::unique_ptr<NoHttp> http_;
    std::unique_ptr<net::Server> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace voxpop::bench
