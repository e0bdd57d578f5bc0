// One WebSocket text frame, ready to send, shared by everybody who gets it: encoded once, header
// included, immutable, and counted by reference across cores.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace voxpop::net {

class Frame {
  public:
    // Header and payload as they go over the wire.
    [[nodiscard]] std::string_view bytes() const { return bytes_; }
    // The payload alone: protocol lines, joined by newlines.
    [[nodiscard]] std::string_view payload() const {
        return std::string_view(bytes_).substr(header_bytes_);
    }

  private:
    friend boost::intrusive_ptr<const Frame> make_text_frame(std::string_view payload);
    friend boost::intrusive_ptr<const Frame> make_raw_frame(std::string_view bytes);
    friend void intrusive_ptr_add_ref(const Frame* frame) {
        frame->references_.fetch_add(1, std::memory_order_relaxed);
    }
    friend void intrusive_ptr_release(const Frame* frame) {
        // acq_rel: the last owner must see every other owner's last use before it frees.
        if (frame->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete frame;
    }

    std::string bytes_;
    std::size_t header_bytes_ = 0;
    mutable std::atomic<std::uint32_t> references_{0};
};

using FramePtr = boost::intrusive_ptr<const Frame>;

// A final, unmasked text frame (RFC 6455, section 5.2). `payload` is valid UTF-8.
[[nodiscard]] FramePtr make_text_frame(std::string_view payload);

// Bytes that are whole frames, or no frame at all (an HTTP response), as they are.
[[nodiscard]] FramePtr make_raw_frame(std::string_view bytes);

// Appends the header of such a frame for a payload of `payload_bytes`; at most 10 bytes.
void append_text_frame_header(std::string& out, std::size_t payload_bytes);

}  // namespace voxpop::net
