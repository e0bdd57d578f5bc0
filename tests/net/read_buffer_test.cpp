#include "net/read_buffer.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace voxpop::net;

static_assert(boost::asio::is_dynamic_buffer_v1<ReadBuffer>::value);

namespace {

void append(ReadBuffer& buffer, std::string_view text) {
    const auto room = buffer.prepare(text.size());
    std::memcpy(room.data(), text.data(), text.size());
    buffer.commit(text.size());
}

}  // namespace

TEST_CASE("read buffer: empty, it offers its own few bytes and takes no memory", "[net]") {
    ReadBuffer buffer;
    CHECK(buffer.max_size() == ReadBuffer::kOwnBytes);
    CHECK(buffer.capacity() == ReadBuffer::kOwnBytes);
    (void)buffer.prepare(buffer.max_size());
    CHECK(buffer.capacity() == ReadBuffer::kOwnBytes);
}

TEST_CASE("read buffer: it keeps what it is given, whatever the pieces", "[net]") {
    CHECK(rc::check([](const std::vector<std::string>& pieces, std::size_t consumed) {
        ReadBuffer buffer;
        std::string expected;
        for (const auto& piece : pieces) {
            append(buffer, piece + std::string(50, 'x'));
            expected += piece + std::string(50, 'x');
        }
        RC_ASSERT(buffer.text() == expected);
        // Readable behind its end, as the parser needs.
        std::memset(buffer.prepare(0).data(), '}', protocol::kPadding);
        consumed %= expected.size() + 2;
        buffer.consume(consumed);
        RC_ASSERT(buffer.text() == expected.substr(std::min(consumed, expected.size())));
    }));
}

TEST_CASE("read buffer: memory that a long message took is given back", "[net]") {
    ReadBuffer buffer;
    append(buffer, std::string(10'000, 'x'));
    CHECK(buffer.capacity() >= 10'000);
    buffer.clear();
    CHECK(buffer.size() == 0);
    CHECK(buffer.capacity() == ReadBuffer::kOwnBytes);
}
