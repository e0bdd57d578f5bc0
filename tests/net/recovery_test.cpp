// What a client gets that comes back: everything it missed, in order and once, or a plain word that
// it must reload. Never a part.
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <algorithm>

#include "base/limits.hpp"
#include "session_fixture.hpp"

using namespace voxpop;
using namespace voxpop::net;
namespace limits = voxpop::base::limits;

namespace {

std::string recover_from(std::uint64_t offset, const std::string& more = "") {
    return R"({"subscribe":{"channel":"thread:a","recover":true,"epoch":"e1","offset":)" +
           std::to_string(offset) + more + R"(},"id":2})";
}

// The reply to a recovery from `since` that got everything up to `top`.
std::string recovered(std::uint64_t since, std::uint64_t top) {
    std::string out = R"({"id":2,"subscribe":{"recoverable":true,"positioned":true,"epoch":"e1")";
    if (since > 0) out += R"(,"offset":)" + std::to_string(since);
    out += R"(,"was_recovering":true,"recovered":true)";
    if (top > since) {
        out += R"(,"publications":[)";
        for (auto offset = since + 1; offset <= top; ++offset) {
            out += publication(offset)->json + (offset < top ? "," : "]");
        }
    }
    return out + "}}";
}

std::string failed(std::uint64_t top) {
    return R"({"id":2,"subscribe":{"recoverable":true,"positioned":true,"epoch":"e1","offset":)" +
           std::to_string(top) + R"(,"was_recovering":true}})";
}

ChannelHistory history(std::uint64_t first, std::uint64_t last, std::uint64_t top) {
    return {.position = {"e1", top}, .publications = publications(first, last)};
}

}  // namespace

TEST_CASE("recovery: a first subscription starts at the top", "[net]") {
    SessionFixture fixture;
    fixture.open(stream_channel("thread:a", 7, 10, 5));
    auto& client = fixture.connected();
    client.send(R"({"subscribe":{"channel":"thread:a","flag":1},"id":2})");
    CHECK(
        client.taken() ==
        R"({"id":2,"subscribe":{"recoverable":true,"positioned":true,"epoch":"e1","offset":10,"id":7}})"
    );
}

TEST_CASE("recovery: what the hub holds is given back, and the client's own offset", "[net]") {
    SessionFixture fixture;
    fixture.open(stream_channel("thread:a", 7, 10, 5));
    const std::uint64_t since = GENERATE(values<std::uint64_t>({5, 7, 10}));
    auto& client = fixture.connected();
    client.send(recover_from(since));
    CHECK(client.taken() == recovered(since, 10));
    CHECK(fixture.backend.reads.empty());
}

TEST_CASE("recovery: an empty epoch fits any", "[net]") {
    SessionFixture fixture;
    fixture.open(stream_channel("thread:a", 7, 2, 2));
    auto& client = fixture.connected();
    client.send(R"({"subscribe":{"channel":"thread:a","recover":true},"id":2})");
    CHECK(client.taken() == recovered(0, 2));
}

TEST_CASE("recovery: another epoch means reload", "[net]") {
    SessionFixture fixture;
    fixture.open(stream_channel("thread:a", 7, 10, 5));
    auto& client = fixture.connected();
    client.send(
        R"({"subscribe":{"channel":"thread:a","recover":true,"offset":9,"epoch":"e0"},"id":2})"
    );
    CHECK(client.taken() == failed(10));
}

// As after the death of a node whose tick came before this one's.
TEST_CASE("recovery: who is ahead of the hub is not told to reload for it", "[net]") {
    SessionFixture fixture;
    const auto channel = stream_channel("thread:a", 7, 10, 5);
    fixture.open(channel);
    auto& client = fixture.connected();
    client.send(recover_from(11));
    CHECK(client.take().empty());
    REQUIRE(fixture.backend.reads.size() == 1);
    auto& read = fixture.backend.reads[0];
    const std::string later =
        R"({"id":2,"error":{"code":100,"message":"not heard of here yet; try again","temporary":true}})";
    SECTION("the store has it: the client comes again, and recovers when the hub has heard of it") {
        read.then(history(12, 12, 12));
        CHECK(client.taken() == later);
        CHECK(fixture.hub.subscriptions() == 0);
        fixture.apply(stream_update(channel, 11));
        fixture.apply(stream_update(channel, 12));
        client.send(recover_from(11));
        CHECK(client.taken() == recovered(11, 12));
    }
    SECTION("the hub hears of it while the store is read") {
        fixture.apply(stream_update(channel, 11));
        read.then(history(12, 12, 12));
        CHECK(client.taken() == recovered(11, 11));
    }
    SECTION("the store cannot be asked") {
        read.then(base::fail(base::ErrorCode::store_unavailable));
        CHECK(client.taken() == later);
    }
    SECTION("nobody has it: reload") {
        read.then(history(12, 10, 10));
        CHECK(client.taken() == failed(10));
    }
}

TEST_CASE("recovery: too much missed means reload, without a read", "[net]") {
    SessionFixture fixture;
    fixture.open(stream_channel("thread:a", 7, limits::kRecoverEventsMax + 1, 5));
    auto& client = fixture.connected();
    client.send(recover_from(0));
    CHECK(client.taken() == failed(limits::kRecoverEventsMax + 1));
    CHECK(fixture.backend.reads.empty());
}

TEST_CASE("recovery: a client that asks for it gets error 112 instead", "[net]") {
    SessionFixture fixture;
    fixture.open(stream_channel("thread:a", 7, 10, 5));
    auto& client = fixture.connected();
    client.send(recover_from(11, R"(,"flag":2)"));
    fixture.backend.reads.at(0).then(history(12, 10, 10));
    CHECK(client.taken() == R"({"id":2,"error":{"code":112,"message":"unrecoverable position"}})");
    CHECK(fixture.hub.subscriptions() == 0);
}

TEST_CASE("recovery: what the hub no longer holds comes from the store", "[net]") {
    SessionFixture fixture;
    fixture.open(stream_channel("thread:a", 7, 10, 3));
    auto& client = fixture.connected();
    client.send(recover_from(4));
    REQUIRE(fixture.backend.reads.size() == 1);
    CHECK(fixture.backend.reads[0].channel == "thread:a");
    CHECK(fixture.backend.reads[0].since == 4);
    fixture.backend.reads[0].then(history(5, 10, 10));
    CHECK(client.taken() == recovered(4, 10));
}

TEST_CASE("recovery: publications that come while the store is read come once, in order", "[net]") {
    SessionFixture fixture;
    const auto channel = stream_channel("thread:a", 7, 10, 3);
    fixture.open(channel);
    auto& client = fixture.connected();
    client.send(recover_from(4));
    fixture.apply(stream_update(channel, 11));
    fixture.apply(stream_update(channel, 12));
    CHECK(client.take().empty());  // nothing of the channel before its reply
    // The store may have seen none, some or all of the new ones, or be ahead of the hub.
    const std::uint64_t seen = GENERATE(values<std::uint64_t>({8, 10, 11, 12, 13}));
    fixture.backend.reads[0].then(history(5, seen, seen));
    CHECK(client.taken() == recovered(4, 12));
    fixture.apply(stream_update(channel, 13));
    CHECK(client.taken() == R"({"push":{"channel":"thread:a","pub":{"data":13,"offset":13}}})");
}

TEST_CASE("recovery: a store that cannot give all of it means reload", "[net]") {
    SessionFixture fixture;
    fixture.open(stream_channel("thread:a", 7, 10, 3));
    auto& client = fixture.connected();
    client.send(recover_from(4));
    auto& read = fixture.backend.reads[0];
    SECTION("it says so") {
        auto some = history(6, 10, 10);
        some.complete = false;
        read.then(std::move(some));
    }
    SECTION("it fails") {
        read.then(base::fail(base::ErrorCode::store_unavailable));
    }
    SECTION("it ends before the hub begins") {
        read.then(history(5, 6, 10));
    }
    SECTION("it begins too late") {
        read.then(history(6, 10, 10));
    }
    SECTION("it has a gap and a double") {
        auto broken = history(5, 10, 10);
        broken.publications[2] = publication(6);
        read.then(std::move(broken));
    }
    SECTION("its epoch is another") {
        auto other = history(5, 10, 10);
        other.position.epoch = "e2";
        read.then(std::move(other));
    }
    CHECK(client.taken() == failed(10));
}

TEST_CASE("recovery: an epoch that begins while the store is read means reload", "[net]") {
    SessionFixture fixture;
    fixture.open(stream_channel("thread:a", 7, 10, 3));
    auto& client = fixture.connected();
    client.send(recover_from(4));
    // The new stream may be shorter or longer than what was asked for.
    const auto top = GENERATE(std::uint64_t{1}, std::uint64_t{12});
    fixture.apply({.number = 7, .epoch = "e2", .offset = top});
    auto other = history(1, top, top);
    other.position.epoch = "e2";
    fixture.backend.reads[0].then(std::move(other));
    CHECK(
        client.taken() ==
        R"({"id":2,"subscribe":{"recoverable":true,"positioned":true,"epoch":"e2","offset":)" +
            std::to_string(top) + R"(,"was_recovering":true}})"
    );
}

TEST_CASE("recovery: text that is taken back while the store is read does not come back", "[net]") {
    SessionFixture fixture;
    const auto channel = stream_channel("thread:a", 7, 10, 3);
    fixture.open(channel);
    auto& client = fixture.connected();
    client.send(recover_from(4));
    const std::uint64_t hidden =
        GENERATE(values<std::uint64_t>({6, 9}));  // held by the store alone, and by the hub as well
    ChannelUpdate update{.number = 7};
    update.replaced.push_back(
        std::make_shared<const Publication>(Publication{hidden, R"({"data":"gone"})"})
    );
    fixture.apply(update);
    fixture.backend.reads[0].then(history(5, 10, 10));
    const std::string reply = client.taken();
    CHECK(reply.find(R"({"data":"gone"})") != std::string::npos);
    CHECK(reply.find(publication(hidden)->json) == std::string::npos);
}

TEST_CASE("recovery: a client that leaves while the store is read harms nobody", "[net]") {
    SessionFixture fixture;
    fixture.open(stream_channel("thread:a", 7, 10, 3));
    auto& client = fixture.connected();
    client.send(recover_from(4));
    fixture.leave(client);
    fixture.backend.reads[0].then(history(5, 10, 10));
    CHECK(fixture.hub.subscriptions() == 0);
}

TEST_CASE("recovery: whatever is kept, published and asked for, all of it comes or none", "[net]") {
    CHECK(rc::check([] {
        const auto top = *rc::gen::inRange<std::uint64_t>(0, 30);
        const auto kept = *rc::gen::inRange<std::uint64_t>(0, top + 1);
        const auto since = *rc::gen::inRange<std::uint64_t>(0, 35);
        const auto live = *rc::gen::inRange<std::uint64_t>(0, 5);
        const auto read_to = *rc::gen::inRange<std::uint64_t>(0, 40);
        SessionFixture fixture;
        const auto channel = stream_channel("thread:a", 7, top, kept);
        fixture.open(channel);
        auto& client = fixture.connected();
        client.send(recover_from(since));
        const bool reads = !fixture.backend.reads.empty();
        std::string first = client.taken();
        for (auto offset = top + 1; offset <= top + live; ++offset) {
            fixture.apply(stream_update(channel, offset));
        }
        if (reads) {
            RC_ASSERT(first.empty());
            fixture.backend.reads[0].then(history(since + 1, read_to, read_to));
            first = client.taken();
        }
        const std::uint64_t reached = reads ? top + live : top;
        const bool ahead = since > reached;
        if (ahead && read_to >= since) RC_ASSERT(first.find("try again") != std::string::npos);
        if (ahead && read_to >= since) return;
        const bool whole = first == recovered(since, reached);
        const bool none = first.find(R"("recovered")") == std::string::npos &&
                          first.find("publications") == std::string::npos &&
                          first.find("was_recovering") != std::string::npos;
        RC_ASSERT(whole != none);
        if (!reads) RC_ASSERT(whole);
        if (reads && read_to >= top) RC_ASSERT(whole == !ahead);
    }));
}
