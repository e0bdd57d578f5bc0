#include "net/listener.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace voxpop::net {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

inline constexpr int kBacklog = 4'096;
inline constexpr auto kAcceptPause = std::chrono::milliseconds(50);

int open_spare() {
    return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

}  // namespace

Listener::Listener(asio::io_context& io, base::Log& log, OnSocket on_socket)
    : acceptor_(io), log_(log), on_socket_(std::move(on_socket)), spare_(open_spare()) {}

Listener::~Listener() {
    if (spare_ >= 0) ::close(spare_);
}

tcp::endpoint Listener::listen(const tcp::endpoint& endpoint) {
    using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    try {
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        acceptor_.set_option(reuse_port(true));
        acceptor_.bind(endpoint);
        acceptor_.listen(kBacklog);
    } catch (const boost::system::system_error& error) {
        const std::string where =
            endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
        throw std::runtime_error("cannot listen on " + where + ": " + error.code().message());
    }
    auto ended = [this](std::exception_ptr error) {
        if (error) log_.error("accepting connections has failed", {});
    };
    asio::co_spawn(acceptor_.get_executor(), accept(), std::move(ended));
    return acceptor_.local_endpoint();
}

void Listener::close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
}

asio::awaitable<void> Listener::accept() {
    asio::steady_timer pause(acceptor_.get_executor());
    while (acceptor_.is_open()) {
        boost::system::error_code error;
        tcp::socket socket =
            co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (!error) {
            on_socket_(std::move(socket));
            continue;
        }
        if (error == asio::error::operation_aborted) co_return;
        const bool no_descriptors = error == asio::error::no_descriptors ||
                                    error == boost::system::errc::too_many_files_open_in_system;
        log_.warn("a connection could not be accepted", {{"error", error.message()}});
        if (no_descriptors) shed_one();
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
}

// Lets the connection at the head of the backlog know that there is no room, instead of hanging.
void Listener::shed_one() {
    if (spare_ < 0) return;
    ::close(spare_);
    const int shed =
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (shed >= 0) ::close(shed);
    spare_ = open_spare();
}

}  // namespace voxpop::net
