#include "loadtest/control/link.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "loadtest/wire/handshake.hpp"
#include "loadtest/wire/inbound.hpp"
#include "loadtest/wire/outbound.hpp"
#include "loadtest/wire/ws_frame.hpp"

namespace voxpop::load {

namespace {

constexpr std::int64_t kTimeoutS = 10;
constexpr std::uint32_t kMask = 0x5a17c3e9;  // questions of the tool itself need no surprise

std::unexpected<std::string> failed(const std::string& what) {
    return std::unexpected(what + ": " + std::generic_category().message(errno));
}

// A connected blocking socket, with time-outs.
std::expected<int, std::string> connect_to(const Target& target) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return failed("socket");
    const timeval timeout{kTimeoutS, 0};
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto* address = reinterpret_cast<const sockaddr*>(&target.address);
    if (::connect(fd, address, sizeof target.address) == 0) return fd;
    auto error = failed(target.host_and_port());
    ::close(fd);
    return error;
}

std::expected<void, std::string> send_to(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return failed("sending");
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

// Appends what comes next; an error when the other side is done or silent.
std::expected<std::size_t, std::string> receive_from(int fd, std::string& into) {
    constexpr std::size_t kChunk = 64 * 1024;
    const std::size_t held = into.size();
    into.resize(held + kChunk);
    ssize_t n = 0;
    do {
        n = ::recv(fd, into.data() + held, kChunk, 0);
    } while (n < 0 && errno == EINTR);
    into.resize(held + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (n < 0) {
        if (errno == EAGAIN) return std::unexpected("no answer within 10 s");
        return failed("receiving");
    }
    return static_cast<std::size_t>(n);
}

// `text` with room behind it for the parser.
std::string padded(std::string_view text) {
    std::string copy;
    copy.reserve(text.size() + kInboundPadding);
    return copy.append(text);
}

// "too many connections from this address (error 111)", and where such a limit is set.
std::string in_words(const Inbound& refusal) {
    constexpr auto kLimit = static_cast<std::uint16_t>(base::ErrorCode::too_many_requests);
    std::string text(refusal.message.empty() ? "refused" : refusal.message);
    text += " (error " + std::to_string(refusal.code) + ")";
    if (refusal.code == kLimit) text += ": a limit of the server, see [rates] in its settings";
    return text;
}

}  // namespace

std::expected<ControlLink, std::string> ControlLink::open(
    const Target& target, std::string_view token, std::string_view origin
) {
    const auto fd = connect_to(target);
    if (!fd) return std::unexpected(fd.error());
    ControlLink link(*fd);
    if (auto up = link.upgrade(target, origin); !up) return std::unexpected(up.error());
    std::string line;
    const auto id = link.next_id_++;
    append_connect(line, id, token);
    const auto connected = link.ask(id, line);
    if (!connected) {
        return std::unexpected(target.host_and_port() + ": connect: " + connected.error());
    }
    InboundReader reader;
    if (const auto result = reader.parse_connect(*connected)) {
        link.server_version_ = result->version;
    }
    return link;
}

ControlLink::ControlLink(ControlLink&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      next_id_(other.next_id_),
      received_(std::move(other.received_)),
      server_version_(std::move(other.server_version_)),
      refusal_(other.refusal_) {}

ControlLink& ControlLink::operator=(ControlLink&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(next_id_, other.next_id_);
    std::swap(received_, other.received_);
    std::swap(server_version_, other.server_version_);
    std::swap(refusal_, other.refusal_);
    return *this;
}

ControlLink::~ControlLink() {
    if (fd_ >= 0) ::close(fd_);
}

std::expected<void, std::string> ControlLink::send_all(std::string_view bytes) const {
    return send_to(fd_, bytes);
}

std::expected<void, std::string> ControlLink::receive() {
    const auto n = receive_from(fd_, received_);
    if (!n) return std::unexpected(n.error());
    if (*n == 0) return std::unexpected("the server closed the connection");
    return {};
}

std::expected<void, std::string> ControlLink::upgrade(
    const Target& target, std::string_view origin
) {
    const auto sent = send_all(handshake_request(target.host_and_port(), target.path, origin));
    if (!sent) return sent;
    for (;;) {
        const auto result = parse_handshake(received_);
        if (result.status == HandshakeStatus::upgraded) {
            received_.erase(0, result.bytes);
            return {};
        }
        if (result.status == HandshakeStatus::refused) {
            return std::unexpected(
                target.host_and_port() + target.path + " did not become a WebSocket (HTTP status " +
                std::to_string(result.http_status) + ")"
            );
        }
        if (auto more = receive(); !more) return more;
    }
}

std::expected<std::string, std::string> ControlLink::next_message() {
    for (;;) {
        const auto result = parse_frame(received_.data(), received_.size());
        if (result.status == FrameStatus::broken) return std::unexpected("a broken frame");
        if (result.status == FrameStatus::partial) {
            if (auto more = receive(); !more) return std::unexpected(more.error());
            continue;
        }
        const FrameView& frame = result.frame;
        std::string payload(frame.text());
        received_.erase(0, frame.frame_bytes);
        if (frame.opcode == Opcode::close) {
            return std::unexpected("closed with code " + std::to_string(close_code(payload)));
        }
        if (frame.opcode == Opcode::text) return payload;
    }
}

ControlLink::Answer ControlLink::ask(std::uint32_t id, std::string_view line) {
    std::string frame;
    append_masked_frame(frame, Opcode::text, line, kMask);
    if (auto sent = send_all(frame); !sent) return std::unexpected(sent.error());
    refusal_ = 0;
    InboundReader reader;
    for (;;) {
        const auto message = next_message();
        if (!message) return std::unexpected(message.error());
        std::string_view rest = *message;
        while (!rest.empty()) {
            const auto text = padded(rest.substr(0, rest.find('\n')));
            rest.remove_prefix(std::min(rest.size(), text.size() + 1));
            const auto inbound = reader.parse(text);
            if (!inbound) return std::unexpected("a message that is not of the protocol");
            if (inbound->id != id) continue;
            if (inbound->kind == Inbound::Kind::refusal) {
                refusal_ = inbound->code;
                return std::unexpected(in_words(*inbound));
            }
            return padded(inbound->result);
        }
    }
}

ControlLink::Answer ControlLink::call(std::string_view method, std::string_view data) {
    std::string line;
    const auto id = next_id_++;
    append_rpc(line, id, method, data);
    return ask(id, line);
}

ControlLink::Answer ControlLink::subscribe(std::string_view channel) {
    std::string line;
    const auto id = next_id_++;
    append_subscribe(line, id, channel, {});
    return ask(id, line);
}

ControlLink::Answer ControlLink::history(
    std::string_view channel, std::string_view epoch, std::uint64_t since, int limit
) {
    std::string line;
    const auto id = next_id_++;
    append_history(line, id, channel, {epoch, since, true}, limit);
    return ask(id, line);
}

std::expected<HttpAnswer, std::string> ask_http(
    const Target& target, const HttpQuestion& question
) {
    const auto fd = connect_to(target);
    if (!fd) return std::unexpected(fd.error());
    std::string request = question.method + " " + question.path +
                          " HTTP/1.1\r\nHost: " + target.host_and_port() +
                          "\r\nConnection: close\r\n";
    if (!question.token.empty()) request += "Authorization: Bearer " + question.token + "\r\n";
    if (!question.body.empty()) {
        request += "Content-Type: application/json\r\nContent-Length: " +
                   std::to_string(question.body.size()) + "\r\n";
    }
    request += "\r\n" + question.body;
    std::string answer;
    auto sent = send_to(*fd, request);
    std::expected<std::size_t, std::string> n = std::size_t{0};
    if (sent) {
        do {
            n = receive_from(*fd, answer);
        } while (n && *n > 0);
    }
    ::close(*fd);
    if (!sent) return std::unexpected(sent.error());
    if (!n) return std::unexpected(n.error());
    HttpAnswer out;
    const auto head = answer.find("\r\n\r\n");
    if (!answer.starts_with("HTTP/1.") || head == std::string::npos) {
        return std::unexpected("not an HTTP answer");
    }
    std::from_chars(answer.data() + 9, answer.data() + 12, out.status);
    out.body = padded(std::string_view(answer).substr(head + 4));
    return out;
}

}  // namespace voxpop::load
