#include "net/frame.hpp"

namespace voxpop::net {
namespace {

constexpr char kFinalText = static_cast<char>(0x81);
constexpr std::size_t kShortMax = 125;
constexpr std::size_t kMediumMax = 0xFFFF;

// The `count` low bytes of `value`, the most significant first.
void append_big_endian(std::string& out, std::uint64_t value, int count) {
    for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
        out += static_cast<char>((value >> shift) & 0xFF);
    }
}

}  // namespace

void append_text_frame_header(std::string& out, std::size_t payload_bytes) {
    out += kFinalText;
    if (payload_bytes <= kShortMax) {
        out += static_cast<char>(payload_bytes);
    } else if (payload_bytes <= kMediumMax) {
        out += static_cast<char>(126);
        append_big_endian(out, payload_bytes, 2);
    } else {
        out += static_cast<char>(127);
        append_big_endian(out, payload_bytes, 8);
    }
}

FramePtr make_text_frame(std::string_view payload) {
    auto frame = boost::intrusive_ptr<Frame>(new Frame);  // owned by the pointer
    frame->bytes_.reserve(payload.size() + 10);
    append_text_frame_header(frame->bytes_, payload.size());
    frame->header_bytes_ = frame->bytes_.size();
    frame->bytes_.append(payload);
    return frame;
}

FramePtr make_raw_frame(std::string_view bytes) {
    auto frame = boost::intrusive_ptr<Frame>(new Frame);  // owned by the pointer
    frame->bytes_ = bytes;
    return frame;
}

}  // namespace voxpop::net
