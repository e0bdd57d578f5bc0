// Bytes as the library's functions pack them (Lua's struct, little-endian, unaligned).
//
// Unpacker reads what a server sent, which is input: whoever reads past the end gets zeros, and
// ok() says so at the end.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace voxpop::store::redis {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they are");

class Packer {
  public:
    explicit Packer(std::string& out) : out_(out) {}

    Packer& u8(std::uint8_t value) { return number(value); }
    Packer& u16(std::uint16_t value) { return number(value); }
    Packer& u32(std::uint32_t value) { return number(value); }
    Packer& u64(std::uint64_t value) { return number(value); }
    Packer& i64(std::int64_t value) { return number(value); }
    Packer& f64(double value) { return number(std::bit_cast<std::uint64_t>(value)); }
    Packer& raw(std::string_view bytes) {
        out_.append(bytes);
        return *this;
    }
    // With its length in front, in one byte: at most 255.
    Packer& text8(std::string_view text) {
        u8(static_cast<std::uint8_t>(text.size()));
        return raw(text);
    }
    // In four bytes.
    Packer& text32(std::string_view text) {
        u32(static_cast<std::uint32_t>(text.size()));
        return raw(text);
    }

  private:
    Packer& number(std::integral auto value) {
        const auto bytes = std::bit_cast<std::array<char, sizeof(value)>>(value);
        out_.append(bytes.data(), bytes.size());
        return *this;
    }

    std::string& out_;
};

class Unpacker {
  public:
    explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

    [[nodiscard]] std::uint8_t u8() { return number<std::uint8_t>(); }
    [[nodiscard]] std::uint16_t u16() { return number<std::uint16_t>(); }
    [[nodiscard]] std::uint32_t u32() { return number<std::uint32_t>(); }
    [[nodiscard]] std::uint64_t u64() { return number<std::uint64_t>(); }
    [[nodiscard]] std::int64_t i64() { return number<std::int64_t>(); }
    [[nodiscard]] double f64() { return std::bit_cast<double>(number<std::uint64_t>()); }
    [[nodiscard]] std::string_view raw(std::size_t size) {
        if (rest_.size() < size) {
            fail();
            return {};
        }
        const auto taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    [[nodiscard]] std::string_view text8() { return raw(u8()); }
    [[nodiscard]] std::string_view text32() { return raw(u32()); }
    [[nodiscard]] std::string_view rest() { return raw(rest_.size()); }

    [[nodiscard]] bool empty() const { return rest_.empty(); }
    // Whether everything that was read was there, and was what it should be.
    [[nodiscard]] bool ok() const { return ok_; }
    void fail() {
        ok_ = false;
        rest_ = {};
    }

  private:
    template <class T>
    T number() {
        T value{};
        const auto bytes = raw(sizeof(T));
        if (bytes.size() == sizeof(T)) std::memcpy(&value, bytes.data(), sizeof(T));
        return value;
    }

    std::string_view rest_;
    bool ok_ = true;
};

}  // namespace voxpop::store::redis
