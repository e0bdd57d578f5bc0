#include "net/outbox.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

#include "net/close_codes.hpp"

using namespace voxpop::net;

namespace {

constexpr std::size_t kRoom = 1'000'000;

FramePtr frame(std::string_view payload) {
    return make_text_frame(payload);
}
std::string wire(std::string_view payload) {
    return std::string(frame(payload)->bytes());
}

// Sends everything, at most `step` bytes at a time.
std::string drain(Outbox& outbox, std::size_t step = kRoom) {
    std::string out;
    std::string scratch;
    for (;;) {
        const auto bytes = outbox.next(scratch);
        if (bytes.empty()) return out;
        const auto count = std::min(step, bytes.size());
        out.append(bytes.substr(0, count));
        outbox.sent(count);
    }
}

}  // namespace

TEST_CASE("outbox: a frame alone is sent from its own bytes", "[net]") {
    Outbox outbox(kRoom);
    const FramePtr shared = frame("{}");
    outbox.push_control(shared);
    std::string scratch;
    CHECK(outbox.next(scratch).data() == shared->bytes().data());
}

TEST_CASE("outbox: several frames leave by one send", "[net]") {
    Outbox outbox(kRoom);
    CHECK(outbox.push_stream(frame("1"), 1));
    CHECK(outbox.push_stream(frame("2"), 2));
    outbox.begin_line() += "3";
    std::string scratch;
    CHECK(outbox.next(scratch) == wire("1") + wire("2") + wire("3"));
}

TEST_CASE("outbox: replies of one wake-up are one frame", "[net]") {
    Outbox outbox(kRoom);
    outbox.begin_line() += "a";
    outbox.begin_line() += "b";
    CHECK(drain(outbox) == wire("a\nb"));
    CHECK(outbox.empty());
    CHECK(outbox.bytes() == 0);
}

TEST_CASE("outbox: a reply comes before a push that was staged after it", "[net]") {
    Outbox outbox(kRoom);
    outbox.begin_line() += "reply";
    CHECK(outbox.push_stream(frame("push"), 1));
    outbox.begin_line() += "later";
    CHECK(drain(outbox) == wire("reply") + wire("push") + wire("later"));
}

TEST_CASE("outbox: of a conflated key only the newest waits, in its place", "[net]") {
    Outbox outbox(kRoom);
    outbox.push_latest(frame("a1"), 1, 7);
    outbox.push_latest(frame("b1"), 1, 8);
    outbox.push_latest(frame("c1"), 2, 7);
    outbox.push_latest(frame("a22"), 1, 7);
    CHECK(outbox.bytes() == wire("a22").size() + 2 * wire("b1").size());
    CHECK(drain(outbox) == wire("a22") + wire("b1") + wire("c1"));
}

TEST_CASE("outbox: a frame that has begun to leave is neither replaced nor dropped", "[net]") {
    Outbox outbox(kRoom);
    outbox.push_latest(frame("old value"), 1, 0);
    std::string scratch;
    (void)outbox.next(scratch);
    outbox.sent(4);
    outbox.push_latest(frame("newer"), 1, 0);
    outbox.push_latest(frame("newest"), 1, 0);
    outbox.drop_channel(2);
    CHECK(drain(outbox) == wire("old value").substr(4) + wire("newest"));

    outbox.push_latest(frame("old value"), 1, 0);
    (void)outbox.next(scratch);
    outbox.sent(4);
    outbox.drop_channel(1);
    outbox.drop_waiting();
    CHECK(drain(outbox) == wire("old value").substr(4));
}

TEST_CASE("outbox: a full socket leaves everything replaceable", "[net]") {
    Outbox outbox(kRoom);
    outbox.push_latest(frame("old"), 1, 0);
    std::string scratch;
    (void)outbox.next(scratch);
    outbox.sent(0);
    outbox.push_latest(frame("new"), 1, 0);
    CHECK(drain(outbox) == wire("new"));

    outbox.begin_line() += "a";
    (void)outbox.next(scratch);
    outbox.sent(0);
    outbox.begin_line() += "b";
    CHECK(drain(outbox) == wire("a\nb"));
}

TEST_CASE("outbox: a stream over its bound is refused and dropped whole", "[net]") {
    Outbox outbox(400);
    const std::string payload(60, 'x');
    int staged = 0;
    while (outbox.push_stream(frame(payload), 1)) ++staged;
    CHECK(staged == 4);  // 62 bytes each, three quarters of 400
    CHECK(outbox.bytes() <= outbox.stream_bytes_max());
    outbox.push_latest(frame("tally"), 2, 0);
    outbox.drop_channel(1);
    CHECK(drain(outbox) == wire("tally"));
}

TEST_CASE("outbox: a single frame over the bound for streams still gets through", "[net]") {
    Outbox outbox(400);
    CHECK(outbox.push_stream(frame(std::string(350, 'x')), 1));
    CHECK_FALSE(outbox.push_stream(frame("y"), 1));
}

TEST_CASE("outbox: it knows when it holds too much", "[net]") {
    Outbox outbox(100);
    outbox.begin_line() += std::string(100, 'x');
    CHECK_FALSE(outbox.overflown());
    outbox.begin_line() += "y";
    CHECK(outbox.overflown());
    outbox.drop_waiting();
    CHECK(outbox.empty());
}

TEST_CASE("outbox: nothing leaves after a close frame", "[net]") {
    using namespace std::string_literals;
    Outbox outbox(kRoom);
    outbox.begin_line() += "before";
    outbox.push_close(3001, "shutdown");
    outbox.push_control(frame("{}"));
    outbox.begin_line() += "after";
    CHECK(outbox.closed());
    CHECK(drain(outbox) == wire("before") + "\x88\x0a\x0b\xb9shutdown"s);
    CHECK(outbox.empty());
}

TEST_CASE("outbox: a close reason is cut to what a control frame may hold", "[net]") {
    Outbox outbox(kRoom);
    outbox.push_close(4000, std::string(500, 'r'));
    CHECK(drain(outbox).size() == 2 + 2 + kCloseReasonBytesMax);
}

TEST_CASE("outbox: every split of every write gives the same bytes", "[net]") {
    const std::vector<std::string> payloads = {"one", std::string(200, '2'), "", "four"};
    std::string expected;
    for (const auto& payload : payloads) expected += wire(payload);
    expected += wire("reply");
    for (std::size_t step = 1; step <= expected.size(); ++step) {
        Outbox outbox(kRoom);
        for (const auto& payload : payloads) REQUIRE(outbox.push_stream(frame(payload), 1));
        outbox.begin_line() += "reply";
        REQUIRE(drain(outbox, step) == expected);
        REQUIRE(outbox.empty());
        REQUIRE(outbox.bytes() == 0);
    }
}

TEST_CASE("outbox: one send takes no more than the socket could", "[net]") {
    Outbox outbox(kRoom * 10);
    for (int i = 0; i < 100; ++i) REQUIRE(outbox.push_stream(frame(std::string(5'000, 'x')), 1));
    std::string scratch;
    CHECK(outbox.next(scratch).size() <= kSendBytesMax);
    outbox.sent(0);
    CHECK(drain(outbox).size() == 100 * wire(std::string(5'000, 'x')).size());
}

// Against a model that keeps everything it was given: what leaves is a sequence of whole frames,
// each stream complete and in order, of each conflated channel the last value at the end.
TEST_CASE("outbox: any mix of pushes and partial sends keeps every promise", "[net]") {
    CHECK(rc::check([](const std::vector<std::pair<std::uint8_t, std::uint8_t>>& steps) {
        Outbox outbox(kRoom);
        std::string scratch;
        std::string sent;
        std::vector<int> stream;
        int latest = 0;
        int next_value = 1;
        for (const auto& [action, size] : steps) {
            const int value = next_value++;
            switch (action % 4) {
                case 0:
                    RC_ASSERT(outbox.push_stream(frame("s" + std::to_string(value)), 1));
                    stream.push_back(value);
                    break;
                case 1:
                    outbox.push_latest(frame("l" + std::to_string(value)), 2, 0);
                    latest = value;
                    break;
                case 2:
                    outbox.begin_line() += "r";
                    break;
                default: {
                    const auto bytes = outbox.next(scratch);
                    if (bytes.empty()) break;
                    const auto count = std::min<std::size_t>(size, bytes.size());
                    sent.append(bytes.substr(0, count));
                    outbox.sent(count);
                }
            }
        }
        sent += drain(outbox, 3);
        std::vector<int> seen;
        int seen_latest = 0;
        for (std::size_t at = 0; at < sent.size();) {
            RC_ASSERT(sent[at] == '\x81');
            const auto length = static_cast<unsigned char>(sent[at + 1]);
            RC_ASSERT(length < 126);
            const auto payload = sent.substr(at + 2, length);
            RC_ASSERT(payload.size() == length);
            at += 2U + length;
            if (payload[0] == 's') seen.push_back(std::stoi(payload.substr(1)));
            if (payload[0] == 'l') seen_latest = std::stoi(payload.substr(1));
        }
        RC_ASSERT(seen == stream);
        RC_ASSERT(seen_latest == latest);
    }));
}
