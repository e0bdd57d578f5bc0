// A byte stream from a server, as frames, and as the answer to the handshake.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "loadtest/wire/handshake.hpp"
#include "loadtest/wire/ws_frame.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace voxpop::load;
    std::string bytes(reinterpret_cast<const char*>(data), size);
    static_cast<void>(parse_handshake(bytes));
    std::size_t at = 0;
    while (at < bytes.size()) {
        const auto result = parse_frame(bytes.data() + at, bytes.size() - at);
        if (result.status != FrameStatus::whole) break;
        // A frame lies within its buffer and takes at least its header.
        const auto* end = result.frame.payload + result.frame.payload_bytes;
        if (end > bytes.data() + bytes.size() || result.frame.frame_bytes < 2) std::abort();
        if (result.frame.opcode == Opcode::close)
            static_cast<void>(close_code(result.frame.text()));
        at += result.frame.frame_bytes;
    }
    return 0;
}
