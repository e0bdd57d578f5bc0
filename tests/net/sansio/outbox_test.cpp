#include "net/outbox.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

#include "frames.hpp"

namespace voxpop::net {
namespace {

using test::read_frames;
using test::SeenFrame;

constexpr ChannelNumber kPoll = 1;
constexpr ChannelNumber kThread = 2;
constexpr std::size_t kRoomy = 1024 * 1024;

// Lets the socket take `count` bytes, or all of what is offered if that is less.
std::size_t send_some(Outbox& outbox, std::string& wire, std::size_t count) {
    std::string scratch;
    const auto offered = outbox.next(scratch);
    const auto taken = std::min(count, offered.size());
    wire.append(offered.substr(0, taken));
    outbox.sent(taken);
    return taken;
}

std::string send_all(Outbox& outbox) {
    std::string wire;
    while (send_some(outbox, wire, kRoomy) > 0) {
    }
    return wire;
}

std::vector<std::string> texts(std::string_view wire) {
    std::vector<std::string> out;
    for (auto& frame : read_frames(wire)) {
        CHECK(frame.opcode == 1);
        out.push_back(std::move(frame.payload));
    }
    return out;
}

using Texts = std::vector<std::string>;

TEST_CASE("outbox: lines of one wake-up leave as one text frame", "[net]") {
    Outbox outbox(kRoomy);
    outbox.begin_line() += "a";
    outbox.begin_line() += "b";
    CHECK(texts(send_all(outbox)) == Texts{"a\nb"});
    CHECK(outbox.empty());
    CHECK(outbox.bytes() == 0);
}

TEST_CASE("outbox: replies and pushes leave in the order in which they were staged", "[net]") {
    Outbox outbox(kRoomy);
    outbox.begin_line() += "reply 1";
    CHECK(outbox.push_stream(make_text_frame("push 1"), kThread));
    outbox.begin_line() += "reply 2";
    outbox.push_latest(make_text_frame("tally"), kPoll, 0);
    outbox.push_control(make_text_frame("{}"));
    CHECK(texts(send_all(outbox)) == Texts{"reply 1", "push 1", "reply 2", "tally", "{}"});
}

TEST_CASE("outbox: every split of every send yields exactly the frames, in order", "[net]") {
    const auto stage = [](Outbox& outbox) {
        outbox.begin_line() += "r1";
        REQUIRE(outbox.push_stream(make_text_frame("s"), kThread));
        outbox.push_latest(make_text_frame("t"), kPoll, 0);
        outbox.begin_line() += "r2";
        outbox.begin_line() += "r3";
    };
    Outbox whole(kRoomy);
    stage(whole);
    const auto expected = send_all(whole);
    REQUIRE(texts(expected) == Texts{"r1", "s", "t", "r2\nr3"});
    REQUIRE(expected.size() == 17);
    // Bit i of `cuts`: the socket takes no more once byte i has left.
    for (std::uint32_t cuts = 0; cuts < (1U << (expected.size() - 1)); ++cuts) {
        Outbox outbox(kRoomy);
        stage(outbox);
        std::string wire;
        while (!outbox.empty()) {
            std::size_t count = 1;
            while (wire.size() + count < expected.size() &&
                   (cuts >> (wire.size() + count - 1) & 1U) == 0)
                ++count;
            send_some(outbox, wire, count);
        }
        if (wire != expected) FAIL("cuts " << cuts);
        if (outbox.bytes() != 0) FAIL("bytes left with cuts " << cuts);
    }
}

TEST_CASE("outbox: a send that takes nothing loses and repeats nothing", "[net]") {
    Outbox outbox(kRoomy);
    std::string wire;
    outbox.begin_line() += "a";
    send_some(outbox, wire, 0);
    outbox.begin_line() += "b";  // still the same frame
    send_some(outbox, wire, 0);
    REQUIRE(outbox.push_stream(make_text_frame("c"), kThread));
    send_some(outbox, wire, 0);
    send_some(outbox, wire, 1);
    send_some(outbox, wire, 0);
    CHECK(texts(wire + send_all(outbox)) == Texts{"a\nb", "c"});
}

TEST_CASE("outbox: the newest of a conflated channel takes the place of the one before", "[net]") {
    Outbox outbox(kRoomy);
    outbox.push_latest(make_text_frame("tally 1"), kPoll, 0);
    outbox.push_latest(make_text_frame("other poll"), kThread, 0);
    outbox.push_latest(make_text_frame("other key"), kPoll, 7);
    outbox.push_latest(make_text_frame("tally 2 is longer"), kPoll, 0);
    CHECK(outbox.bytes() == 19 + 12 + 11);
    CHECK(texts(send_all(outbox)) == Texts{"tally 2 is longer", "other poll", "other key"});
    CHECK(outbox.bytes() == 0);
}

TEST_CASE("outbox: conflation never touches a frame that has begun to leave", "[net]") {
    Outbox outbox(kRoomy);
    std::string wire;
    outbox.push_latest(make_text_frame("tally 1"), kPoll, 0);
    send_some(outbox, wire, 4);
    outbox.push_latest(make_text_frame("tally 2"), kPoll, 0);
    outbox.push_latest(make_text_frame("tally 3"), kPoll, 0);
    CHECK(texts(wire + send_all(outbox)) == Texts{"tally 1", "tally 3"});
}

TEST_CASE("outbox: streams are refused beyond three quarters, and nothing is staged", "[net]") {
    Outbox outbox(400);
    const std::string text(98, 'x');  // a frame of 100 bytes
    for (int i = 0; i < 3; ++i) CHECK(outbox.push_stream(make_text_frame(text), kThread));
    CHECK(outbox.bytes() == 300);
    CHECK_FALSE(outbox.push_stream(make_text_frame(""), kThread));
    CHECK(outbox.bytes() == 300);
    outbox.begin_line() += "a reply has room";
    CHECK_FALSE(outbox.overflown());
    CHECK(texts(send_all(outbox)) == Texts{text, text, text, "a reply has room"});
}

TEST_CASE("outbox: a stream frame may fill it alone, but not be larger than all of it", "[net]") {
    Outbox outbox(100);
    const std::string text(98, 'x');  // a frame of 100 bytes
    CHECK_FALSE(outbox.push_stream(make_text_frame(text + "x"), kThread));
    CHECK(outbox.empty());
    CHECK(outbox.push_stream(make_text_frame(text), kThread));
    CHECK_FALSE(outbox.overflown());
    CHECK_FALSE(outbox.push_stream(make_text_frame("y"), kThread));
    CHECK(texts(send_all(outbox)) == Texts{text});
}

TEST_CASE("outbox: what is left of a frame that began counts until it has left", "[net]") {
    Outbox outbox(kRoomy);
    std::string wire;
    outbox.begin_line() += std::string(98, 'x');
    send_some(outbox, wire, 60);
    CHECK(outbox.bytes() == 40);
    REQUIRE(outbox.push_stream(make_text_frame("12345678"), kThread));
    CHECK(outbox.bytes() == 50);
    send_some(outbox, wire, 45);
    CHECK(outbox.bytes() == 5);
}

TEST_CASE("outbox: replies alone overflow it", "[net]") {
    Outbox outbox(100);
    outbox.begin_line() += std::string(100, 'x');
    CHECK_FALSE(outbox.overflown());
    outbox.begin_line() += "x";
    CHECK(outbox.overflown());
    outbox.drop_waiting();
    CHECK_FALSE(outbox.overflown());
    CHECK(outbox.empty());
}

TEST_CASE("outbox: dropping a channel keeps replies, other channels and what began", "[net]") {
    Outbox outbox(kRoomy);
    std::string wire;
    REQUIRE(outbox.push_stream(make_text_frame("begun"), kThread));
    send_some(outbox, wire, 1);
    REQUIRE(outbox.push_stream(make_text_frame("waits"), kThread));
    outbox.begin_line() += "reply";
    outbox.push_latest(make_text_frame("tally"), kPoll, 0);
    outbox.push_control(make_text_frame("{}"));
    outbox.drop_channel(kThread);
    CHECK(texts(wire + send_all(outbox)) == Texts{"begun", "reply", "tally", "{}"});
    CHECK(outbox.bytes() == 0);
}

TEST_CASE("outbox: dropping everything still ends the frame that began", "[net]") {
    Outbox outbox(kRoomy);
    std::string wire;
    outbox.begin_line() += "begun";
    send_some(outbox, wire, 3);
    outbox.begin_line() += "waits";
    REQUIRE(outbox.push_stream(make_text_frame("waits"), kThread));
    outbox.drop_waiting();
    CHECK(texts(wire + send_all(outbox)) == Texts{"begun"});
}

TEST_CASE("outbox: nothing follows the close frame", "[net]") {
    Outbox outbox(kRoomy);
    outbox.begin_line() += "before";
    outbox.push_close(3008, "slow");
    CHECK(outbox.closed());
    outbox.begin_line() += "after";
    outbox.push_latest(make_text_frame("after"), kPoll, 0);
    (void)outbox.push_stream(make_text_frame("after"), kThread);
    outbox.push_control(make_text_frame("after"));
    outbox.push_raw("after");
    outbox.push_close(3001, "shutdown");
    const auto frames = read_frames(send_all(outbox));
    REQUIRE(frames.size() == 2);
    CHECK(frames[0] == SeenFrame{1, "before"});
    CHECK(frames[1].close_code() == 3008);
    CHECK(frames[1].payload.substr(2) == "slow");
    CHECK(outbox.bytes() == 0);
    outbox.begin_line() += "after all has left";
    CHECK(send_all(outbox).empty());
}

TEST_CASE("outbox: one frame alone is sent from its own bytes, several joined", "[net]") {
    Outbox outbox(kRoomy);
    std::string scratch;
    const auto frame = make_text_frame("shared");
    REQUIRE(outbox.push_stream(frame, kThread));
    CHECK(outbox.next(scratch).data() == frame->bytes().data());
    outbox.sent(0);
    REQUIRE(outbox.push_stream(frame, kThread));
    CHECK(outbox.next(scratch).size() == 2 * frame->bytes().size());
    outbox.sent(2 * frame->bytes().size());
    CHECK(outbox.empty());
}

TEST_CASE("outbox: one send is not given much more than a socket takes", "[net]") {
    Outbox outbox(kRoomy);
    std::string scratch;
    const auto frame = make_text_frame(std::string(30'000, 'x'));
    for (int i = 0; i < 5; ++i) REQUIRE(outbox.push_stream(frame, kThread));
    const auto offered = outbox.next(scratch).size();
    CHECK(offered == 2 * frame->bytes().size());
    outbox.sent(offered);
    CHECK(read_frames(send_all(outbox)).size() == 3);
}

// What a client may expect of any history of pushes and sends: whole frames; of a stream each
// frame that was taken, once and in order; of a conflated key ever newer ones, the newest at last.
TEST_CASE("outbox: any history of pushes and sends keeps its promises", "[net]") {
    const bool held = rc::check([] {
        Outbox outbox(600);
        std::string wire;
        std::vector<std::string> taken;
        std::map<char, std::string> newest;
        const auto steps = *rc::gen::inRange(1, 120);
        for (int step = 0; step < steps; ++step) {
            const auto number = std::to_string(step);
            switch (*rc::gen::inRange(0, 5)) {
                case 0: {
                    const auto text = "s" + number + std::string(*rc::gen::inRange(0U, 90U), '.');
                    if (outbox.push_stream(make_text_frame(text), kThread)) taken.push_back(text);
                    break;
                }
                case 1: {
                    const auto key = static_cast<char>('a' + *rc::gen::inRange(0, 3));
                    newest[key] = std::string(1, key) + number;
                    outbox.push_latest(
                        make_text_frame(newest[key]), kPoll, static_cast<std::uint64_t>(key)
                    );
                    break;
                }
                case 2:
                    outbox.begin_line() += "r" + number;
                    break;
                default:
                    send_some(outbox, wire, *rc::gen::inRange<std::size_t>(0, 150));
            }
        }
        wire += send_all(outbox);
        std::vector<std::string> streamed;
        std::map<char, std::string> last;
        for (const auto& frame : read_frames(wire)) {
            RC_ASSERT(frame.opcode == 1);
            const char kind = frame.payload.at(0);
            if (kind == 's') streamed.push_back(frame.payload);
            if (kind < 'a' || kind > 'c') continue;
            const auto version = [](const std::string& text) { return std::stoi(text.substr(1)); };
            const bool newer = !last.contains(kind) || version(last[kind]) < version(frame.payload);
            RC_ASSERT(newer);
            last[kind] = frame.payload;
        }
        RC_ASSERT(streamed == taken);
        RC_ASSERT(last == newest);
        RC_ASSERT(outbox.bytes() == 0U);
    });
    CHECK(held);
}

}  // namespace
}  // namespace voxpop::net
