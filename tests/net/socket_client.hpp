// A client made of a plain blocking socket, so that it can send what no library would. Every read
// gives up after ten seconds: a server that hangs fails the test instead of hanging it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace voxpop::net {

inline constexpr std::string_view kSampleKey = "dGhlIHNhbXBsZSBub25jZQ==";

// A handshake's request; `more` are further header lines, each with its CRLF.
[[nodiscard]] std::string handshake(std::string_view more = "", std::string_view key = kSampleKey);

// A masked client frame.
[[nodiscard]] std::string client_frame(
    std::uint8_t first_byte, std::string_view payload, bool masked = true
);

inline constexpr std::uint8_t kText = 0x81;
inline constexpr std::uint8_t kTextUnfinished = 0x01;
inline constexpr std::uint8_t kContinuation = 0x80;
inline constexpr std::uint8_t kBinary = 0x82;
inline constexpr std::uint8_t kClose = 0x88;
inline constexpr std::uint8_t kPing = 0x89;

class SocketClient {
  public:
    explicit SocketClient(std::uint16_t port);
    ~SocketClient();
    SocketClient(const SocketClient&) = delete;
    SocketClient& operator=(const SocketClient&) = delete;

    void send(std::string_view bytes);
    void send_text(std::string_view text) { send(client_frame(kText, text)); }
    // Does the handshake and the protocol's connect.
    void connect();
    void upgrade();

    // The next HTTP response, its body included (by Content-Length, or none after HEAD).
    [[nodiscard]] std::string response(bool head = false);
    // The payload of the next frame; of a close frame "close 3501 bad request", of a pong "pong x";
    // nothing at the end of the stream.
    [[nodiscard]] std::optional<std::string> frame();
    // Whether the server ends the connection, whatever it still sends.
    [[nodiscard]] bool ends();

  private:
    bool fill();
    [[nodiscard]] std::string take(std::size_t size);

    int fd_;
    std::string received_;
};

}  // namespace voxpop::net
