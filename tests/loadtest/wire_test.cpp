// The client's side of the wire: frames, handshake, replies and pushes.
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "loadtest/wire/handshake.hpp"
#include "loadtest/wire/inbound.hpp"
#include "loadtest/wire/outbound.hpp"
#include "loadtest/wire/ws_frame.hpp"

namespace voxpop::load::test {

namespace {

// Text with room behind it, as the reader wants it.
class Padded {
  public:
    explicit Padded(std::string_view text) : bytes_(text.size()), text_(text) {
        text_.resize(bytes_ + kInboundPadding, 'x');
    }
    // NOLINTNEXTLINE(google-explicit-constructor): stands for the text
    operator std::string_view() const { return std::string_view(text_).substr(0, bytes_); }

  private:
    std::size_t bytes_;
    std::string text_;
};

}  // namespace

TEST_CASE("frame: what is masked comes back, whatever its length", "[load]") {
    const bool ok = rc::check("round trip", [] {
        const auto bytes =
            *rc::gen::element<std::size_t>(0, 1, 7, 125, 126, 4'000, 65'535, 65'536, 70'001);
        const auto mask = *rc::gen::arbitrary<std::uint32_t>();
        std::string payload(bytes, ' ');
        for (std::size_t i = 0; i < bytes; ++i) payload[i] = static_cast<char>(i * 7 + mask);
        std::string wire;
        append_masked_frame(wire, Opcode::text, payload, mask);
        const auto result = parse_frame(wire.data(), wire.size());
        RC_ASSERT(result.status == FrameStatus::whole);
        RC_ASSERT(result.frame.frame_bytes == wire.size());
        RC_ASSERT(result.frame.text() == payload);
    });
    CHECK(ok);
}

TEST_CASE("frame: every beginning of a frame is partial", "[load]") {
    std::string wire;
    append_plain_frame(wire, Opcode::text, std::string(300, 'a'));
    for (std::size_t n = 0; n < wire.size(); ++n) {
        std::string part = wire.substr(0, n);
        CHECK(parse_frame(part.data(), n).status == FrameStatus::partial);
    }
    CHECK(parse_frame(wire.data(), wire.size()).status == FrameStatus::whole);
}

TEST_CASE("frame: what RFC 6455 forbids is broken", "[load]") {
    std::string reserved_bit("\xc1\x00", 2);
    std::string unknown_opcode("\x83\x00", 2);
    std::string fragmented_ping("\x09\x00", 2);
    std::string long_ping("\x89\x7e\x00\x80", 4);
    std::string absurd("\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10);
    for (auto* bytes : {&reserved_bit, &unknown_opcode, &fragmented_ping, &long_ping, &absurd}) {
        CHECK(parse_frame(bytes->data(), bytes->size()).status == FrameStatus::broken);
    }
}

TEST_CASE("frame: a close frame has a code, or 1005", "[load]") {
    CHECK(close_code(std::string_view("\x0d\xab", 2)) == 3499);
    CHECK(close_code("") == 1005);
}

TEST_CASE("handshake: an upgrade with the right key is one", "[load]") {
    const std::string good =
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n"
        "SEC-WebSocket-accept:  " +
        std::string(kHandshakeAccept) + " \r\n\r\nrest";
    const auto result = parse_handshake(good);
    CHECK(result.status == HandshakeStatus::upgraded);
    CHECK(good.substr(result.bytes) == "rest");
    for (std::size_t n = 0; n + 4 < good.size(); ++n) {
        CHECK(
            parse_handshake(std::string_view(good).substr(0, n)).status == HandshakeStatus::partial
        );
    }
}

TEST_CASE("handshake: anything else is refused, with its status", "[load]") {
    CHECK(parse_handshake("HTTP/1.1 403 Forbidden\r\n\r\n").http_status == 403);
    CHECK(parse_handshake("SSH-2.0-OpenSSH_9.2\r\n\r\n").status == HandshakeStatus::refused);
    CHECK(
        parse_handshake("HTTP/1.1 101 Switching\r\nSec-WebSocket-Accept: wrong\r\n\r\n").status ==
        HandshakeStatus::refused
    );
    CHECK(
        parse_handshake(std::string(kHandshakeBytesMax + 1, 'x')).status == HandshakeStatus::refused
    );
    CHECK(handshake_request("h:1", "/p", "").find("Origin") == std::string::npos);
    CHECK(
        handshake_request("h:1", "/p", "http://a").find("Origin: http://a\r\n") != std::string::npos
    );
}

TEST_CASE("inbound: a ping, a reply, a refusal and pushes are told apart", "[load]") {
    InboundReader reader;
    CHECK(reader.parse(Padded("{}"))->kind == Inbound::Kind::ping);

    const Padded reply(R"({"id":7,"subscribe":{"epoch":"x","offset":3}})");
    auto inbound = reader.parse(reply);
    CHECK(inbound->kind == Inbound::Kind::reply);
    CHECK(inbound->id == 7);
    CHECK(inbound->result == R"({"epoch":"x","offset":3})");

    const Padded refusal(R"({"error":{"code":111,"message":"slow down","temporary":true},"id":8})");
    inbound = reader.parse(refusal);
    CHECK(inbound->kind == Inbound::Kind::refusal);
    CHECK(inbound->code == 111);

    const Padded by_number(R"({"push":{"id":4,"pub":{"data":{"a":[1,2]},"offset":9}}})");
    inbound = reader.parse(by_number);
    CHECK(inbound->kind == Inbound::Kind::publication);
    CHECK(inbound->number == 4);
    CHECK(inbound->offset == 9);
    CHECK(inbound->data == R"({"a":[1,2]})");

    const Padded by_name(R"({"push":{"pub":{"offset":2,"data":{}},"channel":"thread:a"}})");
    inbound = reader.parse(by_name);
    CHECK(inbound->channel == "thread:a");

    const Padded unsubscribed(R"({"push":{"channel":"c","unsubscribe":{"code":2500,"reason":"x"}}})"
    );
    CHECK(reader.parse(unsubscribed)->kind == Inbound::Kind::unsubscribed);
    CHECK(reader.parse(unsubscribed)->code == 2500);
    CHECK(
        reader.parse(Padded(R"({"push":{"channel":"c","join":{"info":{}}}})"))->kind ==
        Inbound::Kind::other
    );
}

TEST_CASE("inbound: what is not of the protocol is nothing", "[load]") {
    InboundReader reader;
    for (const char* text :
         {"", "[]", "7", "{\"id\":", R"({"id":-1})", R"({"id":"7"})", R"({"push":3})",
          R"({"push":{"pub":[]}})", R"({"error":7,"id":1})", "{\"id\":99999999999}"}) {
        INFO(text);
        CHECK_FALSE(reader.parse(Padded(text)));
    }
}

TEST_CASE("inbound: results and publications are read as far as the tool needs them", "[load]") {
    InboundReader reader;
    const Padded subscribe_json(
        R"({"recoverable":true,"was_recovering":true,"recovered":true,"epoch":"e","offset":5,)"
        R"("publications":[{"data":{"x":1},"offset":6},{"offset":7,"data":{"x":2}}],"id":12})"
    );
    const auto subscribed = reader.parse_subscribe(subscribe_json);
    REQUIRE(subscribed);
    CHECK(subscribed->number == 12);
    CHECK(subscribed->recovered);
    std::vector<std::uint64_t> offsets;
    CHECK(reader.for_each_publication(subscribed->publications, [&](auto offset, auto data) {
        offsets.push_back(offset);
        CHECK(data.starts_with("{\"x\":"));
    }));
    CHECK(offsets == std::vector<std::uint64_t>{6, 7});

    const Padded event_json(
        R"({"type":"posted","comment":{"id":"c1","parent":null,"text":"hi","state":"visible"}})"
    );
    const auto event = reader.parse_thread_event(event_json);
    CHECK(event->comment == "c1");
    CHECK_FALSE(event->for_moderators);
    const Padded moderation_json(R"({"type":"hidden","comment":{"id":"c1"},"reason":"rude"})");
    CHECK(reader.parse_thread_event(moderation_json)->for_moderators);

    const auto tally =
        reader.parse_tally(Padded(R"({"version":4,"voters":2,"options":{"a":2},"state":"closed"})")
        );
    CHECK(tally->version == 4);
    CHECK(tally->shows_results);
    CHECK(tally->closed);
    CHECK_FALSE(reader.parse_tally(Padded(R"({"version":4,"hidden":true})"))->shows_results);

    std::string choice;
    const auto vote = reader.parse_vote(
        Padded(R"({"poll":"p","choice":["a","b"],"tally":{"version":9,"voters":1,"options":{}}})"),
        choice
    );
    CHECK(choice == "a,b");
    CHECK(vote->version == 9);
}

TEST_CASE(
    "inbound: a connect result gives the device token and whether pings want answers", "[load]"
) {
    InboundReader reader;
    const auto connected = reader.parse_connect(
        Padded(R"({"client":"x","version":"1.2","ping":25,"pong":true,"data":{"device":"d.t"}})")
    );
    CHECK(connected->pong);
    CHECK(connected->device == "d.t");
    CHECK(connected->version == "1.2");
}

TEST_CASE("outbound: commands are the protocol's lines", "[load]") {
    std::string out;
    append_connect(out, 1, "");
    CHECK(out == R"({"id":1,"connect":{"name":"voxpop-load"}})");
    out.clear();
    append_subscribe(out, 2, "thread:a", {});
    CHECK(out == R"({"id":2,"subscribe":{"channel":"thread:a","flag":1}})");
    out.clear();
    append_subscribe(out, 3, "thread:a", {.epoch = "e", .offset = 7, .known = true});
    CHECK(
        out ==
        R"({"id":3,"subscribe":{"channel":"thread:a","recover":true,"offset":7,"epoch":"e","flag":1}})"
    );
    out.clear();
    append_rpc(out, 4, "poll.vote", vote_data("demo", "pro", ""));
    CHECK(
        out == R"({"id":4,"rpc":{"method":"poll.vote","data":{"poll":"demo","options":["pro"]}}})"
    );
}

TEST_CASE("outbound: a comment's stamp comes back from its text", "[load]") {
    const Stamp stamp{.run = 0xfeedface12345678, .serial = 42, .intended_ns = 1'234'567'890'123};
    Stamp read;
    REQUIRE(read_stamp(stamped_text(stamp), read));
    CHECK(read.run == stamp.run);
    CHECK(read.serial == stamp.serial);
    CHECK(read.intended_ns == stamp.intended_ns);
    CHECK_FALSE(read_stamp("somebody else's comment", read));
    CHECK_FALSE(read_stamp("vpl-zz", read));
}

}  // namespace voxpop::load::test
