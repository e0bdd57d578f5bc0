#include "loadtest/wire/ws_frame.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace voxpop::load {

namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kMasked = 0x80;

std::uint8_t byte_at(const char* data, std::size_t i) {
    return static_cast<std::uint8_t>(data[i]);
}

bool is_known(std::uint8_t opcode) {
    return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}
bool is_control(std::uint8_t opcode) {
    return opcode >= 8;
}

std::uint64_t big_endian(const char* data, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | byte_at(data, i);
    return value;
}

// XOR with the four bytes of `key`, eight at a time.
void apply_mask(char* data, std::size_t bytes, std::uint32_t key) {
    const std::uint64_t wide = std::uint64_t{key} << 32 | key;
    std::size_t i = 0;
    for (; i + 8 <= bytes; i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, data + i, 8);
        word ^= wide;
        std::memcpy(data + i, &word, 8);
    }
    std::array<char, 4> key_bytes{};
    std::memcpy(key_bytes.data(), &key, 4);
    for (; i < bytes; ++i) data[i] = static_cast<char>(data[i] ^ key_bytes[i % 4]);
}

void append_header(std::string& out, Opcode opcode, std::size_t bytes, std::uint8_t mask_bit) {
    out.push_back(static_cast<char>(kFinal | static_cast<std::uint8_t>(opcode)));
    unsigned length_bytes = 0;
    if (bytes < 126) {
        out.push_back(static_cast<char>(mask_bit | bytes));
    } else {
        length_bytes = bytes <= 0xffff ? 2 : 8;
        out.push_back(static_cast<char>(mask_bit | (length_bytes == 2 ? 126 : 127)));
    }
    for (unsigned i = length_bytes; i > 0; --i) {
        out.push_back(static_cast<char>(bytes >> (8 * (i - 1)) & 0xff));
    }
}

}  // namespace

FrameResult parse_frame(char* data, std::size_t bytes) {
    if (bytes < 2) return {};
    const std::uint8_t first = byte_at(data, 0);
    const std::uint8_t second = byte_at(data, 1);
    const std::uint8_t opcode = first & 0x0f;
    std::uint64_t length = second & 0x7f;
    const bool bad_control = is_control(opcode) && (length > 125 || (first & kFinal) == 0);
    if ((first & kReserved) != 0 || !is_known(opcode) || bad_control)
        return {FrameStatus::broken, {}, 0};

    const std::size_t length_bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
    const bool masked = (second & kMasked) != 0;
    const std::size_t header = 2 + length_bytes + (masked ? 4 : 0);
    if (bytes < header) return {};
    if (length_bytes > 0) length = big_endian(data + 2, length_bytes);
    if (length > kFramePayloadMax) return {FrameStatus::broken, {}, 0};

    const std::size_t whole = header + static_cast<std::size_t>(length);
    if (bytes < whole) return {FrameStatus::partial, {}, whole};
    char* payload = data + header;
    if (masked) {
        std::uint32_t key = 0;
        std::memcpy(&key, payload - 4, 4);
        apply_mask(payload, length, key);
    }
    return {
        FrameStatus::whole,
        {static_cast<Opcode>(opcode), (first & kFinal) != 0, payload, length, whole},
        whole
    };
}

void append_masked_frame(
    std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask
) {
    append_header(out, opcode, payload.size(), kMasked);
    std::array<char, 4> key_bytes{};
    std::memcpy(key_bytes.data(), &mask, 4);
    out.append(key_bytes.data(), 4);
    const std::size_t at = out.size();
    out.append(payload);
    apply_mask(out.data() + at, payload.size(), mask);
}

void append_plain_frame(std::string& out, Opcode opcode, std::string_view payload) {
    append_header(out, opcode, payload.size(), 0);
    out.append(payload);
}

std::uint16_t close_code(std::string_view payload) {
    if (payload.size() < 2) return 1005;
    return static_cast<std::uint16_t>(big_endian(payload.data(), 2));
}

}  // namespace voxpop::load
