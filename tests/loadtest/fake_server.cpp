#include "fake_server.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "loadtest/wire/handshake.hpp"
#include "loadtest/wire/ws_frame.hpp"

namespace voxpop::load::test {

namespace {

struct Client {
    int fd = -1;
    FakeSite::Connection id = 0;
    bool upgraded = false;
    std::string received;
};

void send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

class Loop {
  public:
    Loop(const FakeServerOptions& options, int listener, int wake)
        : listener_(listener),
          wake_(wake),
          site_(
              options.misdeeds, options.results,
              [this](FakeSite::Connection to, std::string_view message) { send(to, message); },
              [ms = options.stall_ms] {
                  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
              }
          ) {}

    void run() {
        for (;;) {
            std::vector<pollfd> watched{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
            for (const Client& client : clients_) watched.push_back({client.fd, POLLIN, 0});
            ::poll(watched.data(), watched.size(), -1);
            if (watched[0].revents != 0) break;
            for (std::size_t i = watched.size(); i-- > 2;) {
                if (watched[i].revents != 0 && !read(clients_[i - 2])) drop(i - 2);
            }
            if (watched[1].revents != 0) accept();
        }
        for (const Client& client : clients_) ::close(client.fd);
    }

  private:
    void accept() {
        Client client;
        client.fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client.fd < 0) return;
        const int on = 1;
        ::setsockopt(client.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        client.id = next_id_++;
        clients_.push_back(std::move(client));
    }

    bool read(Client& client) {
        std::array<char, 16'384> chunk{};
        const auto n = ::recv(client.fd, chunk.data(), chunk.size(), 0);
        if (n <= 0) return false;
        client.received.append(chunk.data(), static_cast<std::size_t>(n));
        if (!client.upgraded && !upgrade(client)) return false;
        while (client.upgraded) {
            const auto result = parse_frame(client.received.data(), client.received.size());
            if (result.status == FrameStatus::partial) return true;
            if (result.status == FrameStatus::broken) return false;
            const std::string payload(result.frame.text());
            client.received.erase(0, result.frame.frame_bytes);
            if (result.frame.opcode == Opcode::close) return false;
            site_.on_message(client.id, payload);
        }
        return true;
    }

    // False when the connection was for one HTTP answer.
    bool upgrade(Client& client) {
        const auto end = client.received.find("\r\n\r\n");
        if (end == std::string::npos) return true;
        const std::string head = client.received.substr(0, end);
        client.received.erase(0, end + 4);
        if (head.find("Upgrade: websocket") == std::string::npos) {
            const bool get = head.starts_with("GET ");
            const std::string body = get ? site_.poll_over_http() : "{}";
            send_all(
                client.fd, std::string("HTTP/1.1 ") + (get ? "200 OK" : "401 Unauthorized") +
                               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                               body
            );
            return false;
        }
        send_all(
            client.fd,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
            "Upgrade\r\nSec-WebSocket-Accept: " +
                std::string(kHandshakeAccept) + "\r\n\r\n"
        );
        client.upgraded = true;
        return true;
    }

    void send(FakeSite::Connection to, std::string_view message) {
        for (const Client& client : clients_) {
            if (client.id != to) continue;
            std::string frame;
            append_plain_frame(frame, Opcode::text, message);
            send_all(client.fd, frame);
        }
    }

    void drop(std::size_t index) {
        site_.on_closed(clients_[index].id);
        ::close(clients_[index].fd);
        clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(index));
    }

    int listener_;
    int wake_;
    std::vector<Client> clients_;
    FakeSite::Connection next_id_ = 1;
    FakeSite site_;
};

}  // namespace

FakeServer::FakeServer(FakeServerOptions options)
    : options_(std::move(options)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      wake_(::eventfd(0, EFD_CLOEXEC)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 128) != 0 ||
        ::getsockname(listener_, generic, &size) != 0) {
        throw std::runtime_error("no loopback port for the fake server");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
}

FakeServer::~FakeServer() {
    const std::uint64_t one = 1;
    static_cast<void>(::write(wake_, &one, sizeof one));
    thread_.join();
    ::close(listener_);
    ::close(wake_);
}

Target FakeServer::target() const {
    return *parse_target("ws://127.0.0.1:" + std::to_string(port_) + "/connection/websocket");
}

void FakeServer::serve() {
    Loop(options_, listener_, wake_).run();
}

}  // namespace voxpop::load::test
