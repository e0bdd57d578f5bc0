#include "bench/support/voters.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace voxpop::bench {
namespace {

constexpr std::string_view kAnswer = "\"rpc\":";

}  // namespace

Voters::Voter::Voter(std::uint16_t port) : socket_(open_websocket(port)) {
    send_all(socket_, client_frame(R"({"id":1,"connect":{}})"));
    read_until(socket_, "\"connect\":", 1);
}

void Voters::Voter::vote(std::size_t times) {
    std::string commands;
    for (std::size_t i = 0; i < times; ++i) {
        if (i > 0) commands += '\n';
        ++last_id_;
        commands += "{\"id\":" + std::to_string(last_id_) +
                    R"(,"rpc":{"method":"poll.vote","data":{"poll":"demo","options":[")" +
                    (last_id_ % 2 == 0 ? "pro" : "con") + "\"]}}}";
    }
    send_all(socket_, client_frame(commands));
}

std::size_t Voters::Voter::acknowledged() {
    std::array<char, 65'536> buffer{};
    const ssize_t got = ::recv(socket_.fd(), buffer.data(), buffer.size(), 0);
    if (got <= 0) give_up("the server closed a voter's connection");
    rest_.append(buffer.data(), static_cast<std::size_t>(got));
    if (rest_.contains("\"error\":")) give_up(("a vote was refused: " + rest_).c_str());
    std::size_t count = 0;
    std::size_t end = 0;
    for (std::size_t at = 0; (at = rest_.find(kAnswer, at)) != std::string::npos; ++count)
        end = at += kAnswer.size();
    rest_.erase(0, std::max(end, rest_.size() - std::min(rest_.size(), kAnswer.size() - 1)));
    return count;
}

Voters::Voters(std::uint16_t port, std::size_t connections, std::size_t outstanding)
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < connections; ++i) {
        voters_.emplace_back(port);
        epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
        ::epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, voters_.back().socket().fd(), &event);
    }
    for (auto& voter : voters_) voter.vote(outstanding);
}

std::uint64_t Voters::run(std::chrono::duration<double> duration) {
    using Clock = std::chrono::steady_clock;
    std::array<epoll_event, 256> events{};
    std::uint64_t total = 0;
    const auto end = Clock::now() + duration;
    while (Clock::now() < end) {
        const int ready = ::epoll_wait(epoll_.fd(), events.data(), events.size(), 100);
        for (int i = 0; i < ready; ++i) {
            Voter& voter = voters_[events[static_cast<std::size_t>(i)].data.u64];
            const std::size_t count = voter.acknowledged();
            if (count > 0) voter.vote(count);
            total += count;
        }
    }
    return total;
}

}  // namespace voxpop::bench
