#include "bench/support/redis_pipeline.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace voxpop::bench {
namespace {

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::exit(1);
}

}  // namespace

std::string resp(const std::vector<std::string_view>& args) {
    std::string out = "*" + std::to_string(args.size()) + "\r\n";
    for (const auto arg : args) {
        out.append("$").append(std::to_string(arg.size())).append("\r\n");
        out.append(arg).append("\r\n");
    }
    return out;
}

RedisPipeline::RedisPipeline(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        give_up("connect");
}

RedisPipeline::~RedisPipeline() {
    ::close(fd_);
}

void RedisPipeline::run(const std::vector<std::string>& commands, std::size_t under_way) {
    std::size_t answered = 0;
    for (std::size_t sent = 0; sent < commands.size(); ++sent) {
        if (sent - answered >= under_way) {
            read_reply();
            ++answered;
        }
        send(commands[sent]);
    }
    for (; answered < commands.size(); ++answered) read_reply();
}

void RedisPipeline::send(const std::string& command) const {
    std::string_view rest = command;
    while (!rest.empty()) {
        const auto n = ::send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (n <= 0) give_up("send");
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
}

// "$LENGTH\r\nBYTES\r\n"
void RedisPipeline::read_reply() {
    std::size_t end = 0;
    while ((end = input_.find("\r\n")) == std::string::npos) fill();
    if (input_[0] != '$') {
        std::fprintf(stderr, "not an answer: %s\n", input_.substr(0, end).c_str());
        std::exit(1);
    }
    const auto length = std::stoul(input_.substr(1, end - 1));
    const auto whole = end + 2 + length + 2;
    while (input_.size() < whole) fill();
    input_.erase(0, whole);
}

void RedisPipeline::fill() {
    std::array<char, 64 * 1024> bytes;
    const auto n = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (n <= 0) give_up("recv");
    input_.append(bytes.data(), static_cast<std::size_t>(n));
}

}  // namespace voxpop::bench
