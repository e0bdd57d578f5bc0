// What an idle connection with three subscriptions costs in the server's own memory. Goal: at most
// 6 kB.
//
//   bench_idle [CONNECTIONS]             default 5,000; 19,000 where 20,000 files may be open
//
// The clients are another process, which keeps nothing but their sockets, so all that grows here is
// the server's. "heap" is what it has allocated (mallinfo2), "resident" what the system gave it for
// that. The kernel's own memory of a socket is in neither.
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "bench/support/report.hpp"
#include "bench/support/server_thread.hpp"
#include "bench/support/socket.hpp"

namespace {

using namespace voxpop;

constexpr std::array<const char*, 3> kChannels{"thread:news", "poll:news", "counts:news"};

// One end writes a value, the other waits for it; 0 is the reading end.
using Pipe = std::array<int, 2>;

Pipe make_pipe() {
    Pipe ends{};
    if (::pipe(ends.data()) != 0) bench::give_up("pipe");
    return ends;
}

void tell(const Pipe& pipe, std::uint16_t value) {
    if (::write(pipe[1], &value, sizeof value) != sizeof value) bench::give_up("write to a pipe");
}

std::uint16_t hear(const Pipe& pipe) {
    std::uint16_t value = 0;
    if (::read(pipe[0], &value, sizeof value) != sizeof value) bench::give_up("read from a pipe");
    return value;
}

bench::Socket connect_idle(std::uint16_t port) {
    auto socket = bench::open_websocket(port);
    std::string commands = R"({"id":1,"connect":{}})";
    int id = 1;
    for (const char* channel : kChannels) {
        commands += "\n{\"id\":" + std::to_string(++id) + R"(,"subscribe":{"channel":")" + channel +
                    R"(","flag":1}})";
    }
    bench::send_all(socket, bench::client_frame(commands));
    bench::read_until(socket, "\"subscribe\":", kChannels.size());
    return socket;
}

// The other process: hears the port, connects all, says so, and leaves when it is told to.
void be_clients(std::size_t connections, const Pipe& to_clients, const Pipe& to_server) {
    const auto port = hear(to_clients);
    std::vector<bench::Socket> sockets;
    for (std::size_t i = 0; i < connections; ++i) sockets.push_back(connect_idle(port));
    tell(to_server, 0);
    hear(to_clients);
}

struct Memory {
    double heap = 0;
    double resident = 0;
};

Memory measure() {
    const auto info = ::mallinfo2();
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages;  // the second: resident
    return {
        .heap = static_cast<double>(info.uordblks + info.hblkhd),
        .resident = static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE))
    };
}

void open_channels(net::Server& server) {
    net::ChannelNumber number = 0;
    for (const char* name : kChannels) {
        const bool stream = number == 0;
        server.open_channel(
            {.name = name,
             .number = ++number,
             .kind = stream ? net::ChannelKind::stream : net::ChannelKind::latest,
             .position = {.epoch = "bench", .offset = 0},
             .snapshot = stream ? "" : R"({"version":1})"}
        );
    }
}

void be_server(std::size_t connections, const Pipe& to_clients, const Pipe& to_server) {
    bench::ServerThread thread;
    thread.run(open_channels);
    const auto before = measure();
    tell(to_clients, thread.port());
    hear(to_server);
    std::size_t sessions = 0;
    thread.run([&](net::Server& server) { sessions = server.session_count(); });
    if (sessions != connections) bench::give_up("not all connections stayed");
    const auto after = measure();
    const auto each = static_cast<double>(connections);
    bench::result("idle_connections", each, "connections");
    bench::result(
        "heap_per_connection(goal<=6)", (after.heap - before.heap) / each / 1000, "kB", 2
    );
    bench::result(
        "resident_per_connection", (after.resident - before.resident) / each / 1000, "kB", 2
    );
    tell(to_clients, 0);
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t connections = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 5'000;
    bench::raise_file_limit();
    const Pipe to_clients = make_pipe();
    const Pipe to_server = make_pipe();
    const pid_t clients = ::fork();  // before there are threads
    if (clients < 0) bench::give_up("fork");
    if (clients == 0) {
        ::close(to_server[0]);  // hear() must notice when the other side is gone
        ::close(to_clients[1]);
        be_clients(connections, to_clients, to_server);
        return EXIT_SUCCESS;
    }
    ::close(to_clients[0]);
    ::close(to_server[1]);
    be_server(connections, to_clients, to_server);
    int status = 0;
    ::waitpid(clients, &status, 0);
    return status;
}
