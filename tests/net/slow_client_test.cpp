// A client that does not read: what waits for it is bounded, it alone pays, and it is told what it
// lost.
#include <catch2/catch.hpp>

#include "session_fixture.hpp"

using namespace voxpop;
using namespace voxpop::net;
using Frames = std::vector<std::string>;

namespace {

constexpr std::size_t kOutbox = 4'000;
constexpr const char* kThread = R"({"subscribe":{"channel":"thread:a","flag":1},"id":2})";
constexpr const char* kPoll = R"({"subscribe":{"channel":"poll:p","flag":1},"id":3})";

}  // namespace

TEST_CASE("slow client: its stream overflows into a resubscribe, others go on", "[net]") {
    SessionFixture fixture;
    fixture.options.outbox_bytes_max = kOutbox;
    const auto thread = stream_channel("thread:a", 7);
    const auto poll = latest_channel("poll:p", 4);
    fixture.open(thread);
    fixture.open(poll);
    auto& slow = fixture.connected();
    auto& quick = fixture.connected();
    for (auto* client : {&slow, &quick}) {
        client->send(kThread);
        client->send(kPoll);
        (void)client->take();
    }
    std::size_t got = 0;
    for (std::uint64_t i = 1; i <= 200; ++i) {
        fixture.apply(stream_update(thread, i));
        fixture.apply(value_update(poll, std::to_string(i)));
        CHECK(slow.session.outbox().bytes() <= kOutbox);
        for (const auto& frame : quick.take()) {
            if (frame.find(R"("offset")") != std::string::npos) ++got;
        }
    }
    CHECK(got == 200);
    const Frames expected = {
        R"({"push":{"id":4,"pub":{"data":200}}})",
        R"({"push":{"channel":"thread:a","unsubscribe":{"code":2500,"reason":"insufficient state"}}})",
    };
    CHECK(slow.take() == expected);
    CHECK(fixture.metrics.sum(base::Metric::slow_resubscribes) == 1);

    // It comes back and misses nothing.
    slow.send(
        R"({"subscribe":{"channel":"thread:a","recover":true,"epoch":"e1","offset":150},"id":9})"
    );
    const std::string reply = slow.taken();
    CHECK(reply.find(R"("recovered":true)") != std::string::npos);
    CHECK(reply.find(R"({"data":151,"offset":151})") != std::string::npos);
    CHECK(reply.find(R"({"data":200,"offset":200})") != std::string::npos);
}

TEST_CASE("slow client: a tick larger than the outbox closes nobody's connection", "[net]") {
    SessionFixture fixture;
    fixture.options.outbox_bytes_max = kOutbox;
    const auto thread = stream_channel("thread:a", 7);
    fixture.open(thread);
    auto& client = fixture.connected();
    client.send(kThread);
    (void)client.take();
    auto update = stream_update(thread, 1);
    update.by_number = make_text_frame(std::string(kOutbox, 'x'));
    fixture.apply(update);
    const Frames expected = {
        R"({"push":{"channel":"thread:a","unsubscribe":{"code":2500,"reason":"insufficient state"}}})"
    };
    CHECK(client.take() == expected);
    CHECK_FALSE(client.closed);
}

TEST_CASE("slow client: a recovery that its outbox cannot hold means reload", "[net]") {
    SessionFixture fixture;
    fixture.options.outbox_bytes_max = kOutbox;
    fixture.open(stream_channel("thread:a", 7, 500, 500));
    auto& client = fixture.connected();
    client.send(R"({"subscribe":{"channel":"thread:a","recover":true},"id":2})");
    CHECK(
        client.taken() ==
        R"({"id":2,"subscribe":{"recoverable":true,"positioned":true,"epoch":"e1","offset":500,"was_recovering":true}})"
    );
}

TEST_CASE("slow client: values alone never overflow", "[net]") {
    SessionFixture fixture;
    fixture.options.outbox_bytes_max = kOutbox;
    const auto poll = latest_channel("poll:p", 4);
    fixture.open(poll);
    auto& slow = fixture.connected();
    slow.send(kPoll);
    (void)slow.take();
    for (int i = 0; i < 10'000; ++i) fixture.apply(value_update(poll, std::to_string(i)));
    CHECK(slow.take() == Frames{R"({"push":{"id":4,"pub":{"data":9999}}})"});
}

TEST_CASE("slow client: replies that nobody reads close with 3008", "[net]") {
    SessionFixture fixture;
    fixture.options.outbox_bytes_max = kOutbox;
    auto& slow = fixture.connected();
    fixture.backend.on_call = [&](std::string_view, std::string_view, ReplyTo to) {
        fixture.reply(to, '"' + std::string(500, 'x') + '"');
    };
    for (int i = 2; i < 20; ++i) {
        slow.send(R"({"rpc":{"method":"write.a"},"id":)" + std::to_string(i) + "}");
        CHECK(slow.session.outbox().bytes() <= kOutbox + 600);
    }
    CHECK(slow.take() == Frames{"close 3008 slow"});
    CHECK(fixture.metrics.sum(base::Metric::slow_disconnects) == 1);
}

TEST_CASE("slow client: whatever it asks, answers that nobody reads are bounded", "[net]") {
    const auto* const command = GENERATE(
        R"({"unsubscribe":{"channel":"thread:none"},"id":2})",
        R"({"history":{"channel":"thread:a","limit":0},"id":2})",
        R"({"presence_stats":{"channel":"thread:a"},"id":2})",
        R"({"refresh":{"token":"t"},"id":2})", R"({"subscribe":{"channel":"thread:a"},"id":2})",
        R"({"rpc":{"method":"none"},"id":2})",
        R"({"publish":{"channel":"thread:a","data":1},"id":2})"
    );
    INFO(command);
    SessionFixture fixture;
    fixture.options.outbox_bytes_max = kOutbox;
    fixture.open(stream_channel("thread:a", 7));
    auto& slow = fixture.connected();
    slow.send(kThread);
    for (int i = 0; i < 1'000 && !slow.closed; ++i) {
        slow.send(command);
        CHECK(slow.session.outbox().bytes() <= kOutbox + 600);
    }
    CHECK(slow.closed);
}

TEST_CASE("slow client: one who reads is not closed for an answer that is too large", "[net]") {
    SessionFixture fixture;
    fixture.options.outbox_bytes_max = kOutbox;
    auto& client = fixture.connected();
    fixture.backend.on_call = [&](std::string_view, std::string_view, ReplyTo to) {
        fixture.reply(to, '"' + std::string(kOutbox, 'x') + '"');
    };
    client.send(R"({"rpc":{"method":"read.a"},"id":2})");
    CHECK(
        client.taken() ==
        R"({"id":2,"error":{"code":106,"message":"the answer is too large; ask for less"}})"
    );
    CHECK_FALSE(client.closed);
}

TEST_CASE("slow client: of a long history it gets as much as its outbox holds", "[net]") {
    SessionFixture fixture;
    fixture.options.outbox_bytes_max = kOutbox;
    fixture.open(stream_channel("thread:a", 7, 500, 0));
    auto& client = fixture.connected();
    client.send(kThread);
    (void)client.take();
    const auto answer = [&](std::string_view command) {
        client.send(std::string(command));
        auto read = std::move(fixture.backend.reads.back());
        read.then(ChannelHistory{
            .position = {"e1", 500}, .publications = publications(read.since + 1, 500)
        });
        return client.taken();
    };
    const auto first =
        answer(R"({"history":{"channel":"thread:a","limit":500,"since":{"offset":0}},"id":3})");
    CHECK(first.find(R"({"data":1,"offset":1})") != std::string::npos);
    CHECK(first.find(R"({"data":500,"offset":500})") == std::string::npos);
    const auto newest = answer(R"({"history":{"channel":"thread:a","limit":500},"id":4})");
    CHECK(newest.find(R"({"data":1,"offset":1})") == std::string::npos);
    CHECK(newest.find(R"({"data":500,"offset":500})") != std::string::npos);
    CHECK_FALSE(client.closed);
}
