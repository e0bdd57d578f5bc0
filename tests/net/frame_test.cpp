#include "net/frame.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

using namespace voxpop::net;

namespace {

std::string header(std::size_t payload_bytes) {
    std::string out;
    append_text_frame_header(out, payload_bytes);
    return out;
}

}  // namespace

TEST_CASE("frame: the length takes 1, 3 or 9 bytes, as RFC 6455 has it", "[net]") {
    using namespace std::string_literals;
    CHECK(header(0) == "\x81\x00"s);
    CHECK(header(125) == "\x81\x7d"s);
    CHECK(header(126) == "\x81\x7e\x00\x7e"s);
    CHECK(header(65'535) == "\x81\x7e\xff\xff"s);
    CHECK(header(65'536) == "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s);
}

TEST_CASE("frame: bytes are a header and the payload", "[net]") {
    CHECK(rc::check([](const std::string& payload) {
        const FramePtr frame = make_text_frame(payload);
        RC_ASSERT(frame->payload() == payload);
        RC_ASSERT(frame->bytes() == header(payload.size()) + payload);
    }));
}

TEST_CASE("frame: raw bytes stay as they are", "[net]") {
    const FramePtr frame = make_raw_frame("HTTP/1.1 101");
    CHECK(frame->bytes() == "HTTP/1.1 101");
    CHECK(frame->payload() == frame->bytes());
}
