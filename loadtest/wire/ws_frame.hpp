// WebSocket frames (RFC 6455, section 5) as a client that opens tens of thousands of connections
// needs them: one parser over a caller's buffer, no state and no memory per connection. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace voxpop::load {

enum class Opcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10,
};

struct FrameView {
    Opcode opcode = Opcode::text;
    bool final = true;
    char* payload = nullptr;  // unmasked in place
    std::size_t payload_bytes = 0;
    std::size_t frame_bytes = 0;  // header and payload: where the next frame begins

    [[nodiscard]] std::string_view text() const { return {payload, payload_bytes}; }
};

enum class FrameStatus : std::uint8_t {
    whole,
    partial,  // the buffer ends inside the frame
    broken,   // reserved bits, an unknown opcode, a fragmented or long control frame, an absurd
              // length
};

struct FrameResult {
    FrameStatus status = FrameStatus::partial;
    FrameView frame;               // when whole
    std::size_t bytes_wanted = 0;  // when partial and the header is there: the whole frame's size
};

// No message of the protocol is longer; a longer frame is `broken`.
inline constexpr std::size_t kFramePayloadMax = 16 * 1024 * 1024;

// The first frame in `data`. Masked payloads (a client's) are unmasked where they are.
[[nodiscard]] FrameResult parse_frame(char* data, std::size_t bytes);

// Appends one final frame. `mask`: a client's frames must be masked with an unpredictable key.
void append_masked_frame(
    std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask
);
// The same without a mask, as servers send it.
void append_plain_frame(std::string& out, Opcode opcode, std::string_view payload);

// The code of a close frame's payload; 1005 when it has none.
[[nodiscard]] std::uint16_t close_code(std::string_view payload);

}  // namespace voxpop::load
