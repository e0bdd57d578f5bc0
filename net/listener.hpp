// Accepts a core's connections. SO_REUSEPORT lets the kernel spread them over the cores' listeners.
//
// When descriptors run out, a naive loop spins: the connection stays in the backlog and accept()
// fails at once, again and again. A spare descriptor is given up for a moment to accept and close
// it, and the loop pauses. The core's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>

#include "base/log.hpp"

namespace voxpop::net {

class Listener {
  public:
    using OnSocket = std::function<void(boost::asio::ip::tcp::socket)>;

    Listener(boost::asio::io_context& io, base::Log& log, OnSocket on_socket);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // Throws std::runtime_error with a sentence for the operator.
    boost::asio::ip::tcp::endpoint listen(const boost::asio::ip::tcp::endpoint& endpoint);
    void close();

  private:
    [[nodiscard]] boost::asio::awaitable<void> accept();
    void shed_one();

    boost::asio::ip::tcp::acceptor acceptor_;
    base::Log& log_;
    OnSocket on_socket_;
    int spare_ = -1;
};

}  // namespace voxpop::net
