// The whole server: durable votes through WebSocket, acknowledged per second of the server
// process's CPU time. Goal: at least 50,000 with 16 outstanding on each of 200 connections.
//
//   bench_vote [SECONDS] [OUTSTANDING]   default 5 seconds, 16 outstanding
//
// Starts voxpop with a new SQLite database, commits as durable as always, and the rates lifted.
// Every connection is a guest who keeps changing its ballot, so every vote is a write. A client
// answers what one read brings with as many new votes in one frame.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/support/report.hpp"
#include "bench/support/socket.hpp"

namespace {

using namespace voxpop;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kConnections = 200;
constexpr std::string_view kAnswer = "\"rpc\":";

// The real program, in a folder of its own that goes with it.
class Voxpop {
  public:
    Voxpop() {
        folder_ =
            std::filesystem::temp_directory_path() / ("bench-vote-" + std::to_string(::getpid()));
        std::array<int, 2> log{};
        if (::pipe(log.data()) != 0) bench::give_up("pipe");
        pid_ = ::fork();
        if (pid_ < 0) bench::give_up("fork");
        if (pid_ == 0) become(log[1]);
        ::close(log[1]);
        read_port(log[0]);
        log_ = bench::Socket(log[0]);  // kept open: the server goes on logging
    }
    ~Voxpop() {
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
        std::filesystem::remove_all(folder_);
    }
    Voxpop(const Voxpop&) = delete;
    Voxpop& operator=(const Voxpop&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    // User and system time so far: fields 14 and 15 of /proc/PID/stat, after the name in brackets.
    [[nodiscard]] double cpu_seconds() const {
        std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
        std::string field;
        while (file >> field && !field.ends_with(')')) {
        }
        for (int i = 3; i < 14; ++i) file >> field;
        double user = 0;
        double system = 0;
        file >> user >> system;
        return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    }

  private:
    [[noreturn]] void become(int log) const {
        ::dup2(log, STDERR_FILENO);
        const std::string data = folder_.string();
        ::execl(
            VOXPOP_BINARY, "voxpop", "serve", "--dev", "--listen", "127.0.0.1:0", "--data",
            data.c_str(), "--set", "rates.votes_per_user.per_minute=0", "--set",
            "rates.commands_per_connection.per_minute=0", static_cast<char*>(nullptr)
        );
        bench::give_up("voxpop cannot be started");
    }

    void read_port(int log) {
        constexpr std::string_view kBefore = "127.0.0.1:";
        std::string text;
        std::array<char, 4096> buffer{};
        for (;;) {
            const ssize_t got = ::read(log, buffer.data(), buffer.size());
            if (got <= 0) bench::give_up(("voxpop ended: " + text).c_str());
            text.append(buffer.data(), static_cast<std::size_t>(got));
            const auto at = text.find(kBefore);
            if (at == std::string::npos || text.find('\n', at) == std::string::npos) continue;
            port_ = static_cast<std::uint16_t>(std::stoul(text.substr(at + kBefore.size())));
            return;
        }
    }

    std::filesystem::path folder_;
    pid_t pid_ = 0;
    std::uint16_t port_ = 0;
    bench::Socket log_;
};

class Voter {
  public:
    explicit Voter(std::uint16_t port) : socket_(bench::open_websocket(port)) {
        bench::send_all(socket_, bench::client_frame(R"({"id":1,"connect":{}})"));
        bench::read_until(socket_, "\"connect\":", 1);
    }

    [[nodiscard]] const bench::Socket& socket() const { return socket_; }

    void vote(std::size_t times) {
        std::string commands;
        for (std::size_t i = 0; i < times; ++i) {
            if (i > 0) commands += '\n';
            ++last_id_;
            commands += "{\"id\":" + std::to_string(last_id_) +
                        R"(,"rpc":{"method":"poll.vote","data":{"poll":"demo","options":[")" +
                        (last_id_ % 2 == 0 ? "pro" : "con") + "\"]}}}";
        }
        bench::send_all(socket_, bench::client_frame(commands));
    }

    // How many votes one read says are stored.
    std::size_t acknowledged() {
        std::array<char, 65'536> buffer{};
        const ssize_t got = ::recv(socket_.fd(), buffer.data(), buffer.size(), 0);
        if (got <= 0) bench::give_up("the server closed a voter's connection");
        rest_.append(buffer.data(), static_cast<std::size_t>(got));
        if (rest_.contains("\"error\":")) bench::give_up(("a vote was refused: " + rest_).c_str());
        std::size_t count = 0;
        std::size_t end = 0;
        for (std::size_t at = 0; (at = rest_.find(kAnswer, at)) != std::string::npos; ++count)
            end = at += kAnswer.size();
        rest_.erase(0, std::max(end, rest_.size() - std::min(rest_.size(), kAnswer.size() - 1)));
        return count;
    }

  private:
    bench::Socket socket_;
    std::uint32_t last_id_ = 1;
    std::string rest_;  // an answer may come in two reads
};

// Votes for `duration`; how many were acknowledged in it.
std::uint64_t run(std::vector<Voter>& voters, int epoll, std::chrono::duration<double> duration) {
    std::array<epoll_event, 256> events{};
    std::uint64_t total = 0;
    const auto end = SteadyClock::now() + duration;
    while (SteadyClock::now() < end) {
        const int ready = ::epoll_wait(epoll, events.data(), events.size(), 100);
        for (int i = 0; i < ready; ++i) {
            Voter& voter = voters[events[static_cast<std::size_t>(i)].data.u64];
            const std::size_t count = voter.acknowledged();
            if (count > 0) voter.vote(count);
            total += count;
        }
    }
    return total;
}

}  // namespace

int main(int argc, char** argv) {
    const double seconds = argc > 1 ? std::strtod(argv[1], nullptr) : 5;
    const std::size_t outstanding = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 16;
    const Voxpop server;
    const bench::Socket epoll(::epoll_create1(EPOLL_CLOEXEC));
    std::vector<Voter> voters;
    for (std::size_t i = 0; i < kConnections; ++i) {
        voters.emplace_back(server.port());
        epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
        ::epoll_ctl(epoll.fd(), EPOLL_CTL_ADD, voters.back().socket().fd(), &event);
    }
    for (auto& voter : voters) voter.vote(outstanding);
    run(voters, epoll.fd(), std::chrono::seconds(1));  // warm-up
    const double before = server.cpu_seconds();
    const auto votes =
        static_cast<double>(run(voters, epoll.fd(), std::chrono::duration<double>(seconds)));
    const double cpu = server.cpu_seconds() - before;
    bench::result("votes_per_cpu_second(goal>=50000)", votes / cpu, "1/s");
    bench::result("votes_per_second", votes / seconds, "1/s");
    bench::result("server_cpu", cpu / seconds, "cores", 2);
}
