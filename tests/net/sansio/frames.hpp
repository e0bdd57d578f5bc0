// Reads WebSocket frames back from the bytes that a server sent, strictly: unmasked, final, and
// with nothing left over unless it is the beginning of a frame.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace voxpop::net::test {

struct SeenFrame {
    std::uint8_t opcode = 0;  // 1: text, 2: binary, 8: close, 9: ping, 10: pong
    std::string payload;

    // Of a close frame; 0 when it holds none.
    [[nodiscard]] std::uint16_t close_code() const {
        if (opcode != 8 || payload.size() < 2) return 0;
        const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(payload[at]); };
        return static_cast<std::uint16_t>(byte(0) << 8 | byte(1));
    }
    friend bool operator==(const SeenFrame&, const SeenFrame&) = default;
};

// Takes the first whole frame off `bytes`; nothing when there is none yet.
inline std::optional<SeenFrame> take_frame(std::string_view& bytes) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
    if (bytes.size() < 2) return std::nullopt;
    std::size_t header = 2;
    std::size_t size = byte(1) & 0x7FU;
    const std::size_t length_bytes = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (bytes.size() < header + length_bytes) return std::nullopt;
    if (length_bytes > 0) size = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) size = size << 8 | byte(header + i);
    header += length_bytes;
    if (bytes.size() < header + size) return std::nullopt;
    SeenFrame frame{
        .opcode = static_cast<std::uint8_t>(byte(0) & 0x0FU),
        .payload = std::string(bytes.substr(header, size)),
    };
    bytes.remove_prefix(header + size);
    return frame;
}

// All frames of `bytes`; what remains of an unfinished one comes last, with the opcode 255.
inline std::vector<SeenFrame> read_frames(std::string_view bytes) {
    std::vector<SeenFrame> frames;
    while (auto frame = take_frame(bytes)) frames.push_back(std::move(*frame));
    if (!bytes.empty()) frames.push_back({.opcode = 255, .payload = std::string(bytes)});
    return frames;
}

}  // namespace voxpop::net::test
