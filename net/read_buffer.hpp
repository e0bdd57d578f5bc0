// Where Beast puts a message, as a dynamic buffer of Asio's first kind. Beast asks for room before
// a message begins and keeps asking while the connection is idle, so an empty buffer offers no more
// than a few bytes of its own; memory is taken once a message turns out to be longer, and given
// back after it.
//
// Behind the bytes there is always protocol::kPadding of room, for the parser. One thread.
#pragma once

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>

#include "net/protocol/command_parser.hpp"

namespace voxpop::net {

class ReadBuffer {
  public:
    using const_buffers_type = boost::asio::const_buffer;
    using mutable_buffers_type = boost::asio::mutable_buffer;

    // The text of most commands.
    static constexpr std::size_t kOwnBytes = 160;

    ReadBuffer() = default;
    ReadBuffer(const ReadBuffer&) = delete;
    ReadBuffer& operator=(const ReadBuffer&) = delete;

    [[nodiscard]] std::string_view text() const { return {bytes(), size_}; }
    // Forgets the message, and its memory if there is any.
    void clear() {
        size_ = 0;
        capacity_ = kOwnBytes;
        heap_.reset();
    }

    // What Asio asks of a dynamic buffer. The bound on a message is the stream's.
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t max_size() const {
        return size_ == 0 ? kOwnBytes : std::numeric_limits<std::size_t>::max() / 2;
    }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }
    [[nodiscard]] const_buffers_type data() const { return {bytes(), size_}; }
    [[nodiscard]] mutable_buffers_type prepare(std::size_t count) {
        if (size_ + count > capacity_) grow(size_ + count);
        return {bytes() + size_, count};
    }
    void commit(std::size_t count) { size_ += count; }
    void consume(std::size_t count) {
        count = std::min(count, size_);
        std::memmove(bytes(), bytes() + count, size_ - count);
        size_ -= count;
    }

  private:
    using Heap = char[];  // NOLINT(modernize-avoid-c-arrays): its length is known at run time only

    [[nodiscard]] char* bytes() { return heap_ ? heap_.get() : own_.data(); }
    [[nodiscard]] const char* bytes() const { return heap_ ? heap_.get() : own_.data(); }

    void grow(std::size_t least) {
        const std::size_t capacity = std::max(least, 2 * capacity_);
        auto larger = std::make_unique_for_overwrite<Heap>(capacity + protocol::kPadding);
        std::memcpy(larger.get(), bytes(), size_);
        heap_ = std::move(larger);
        capacity_ = capacity;
    }

    std::size_t size_ = 0;
    std::size_t capacity_ = kOwnBytes;
    std::unique_ptr<Heap> heap_;
    std::array<char, kOwnBytes + protocol::kPadding> own_;
};

}  // namespace voxpop::net
