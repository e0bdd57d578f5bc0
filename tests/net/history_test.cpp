#include <catch2/catch.hpp>

#include "base/limits.hpp"
#include "session_fixture.hpp"

using namespace voxpop;
using namespace voxpop::net;

namespace {

struct Subscribed : SessionFixture {
    Subscribed() {
        open(stream_channel("thread:a", 7, 10, 5));
        reader.send(R"({"subscribe":{"channel":"thread:a"},"id":2})");
        (void)reader.take();
    }
    std::string ask(const std::string& more) {
        reader.send(R"({"history":{"channel":"thread:a")" + more + R"(},"id":3})");
        return reader.taken();
    }
    Client& reader = connected();
};

}  // namespace

TEST_CASE("history: a limit of zero asks for the position alone", "[net]") {
    Subscribed fixture;
    CHECK(fixture.ask("") == R"({"id":3,"history":{"publications":[],"epoch":"e1","offset":10}})");
}

TEST_CASE("history: only of a channel that one is subscribed to", "[net]") {
    Subscribed fixture;
    fixture.reader.send(R"({"history":{"channel":"thread:b","limit":1},"id":3})");
    CHECK(fixture.reader.taken().find(R"("code":103)") != std::string::npos);
}

TEST_CASE("history: publications after a position come from the store", "[net]") {
    Subscribed fixture;
    CHECK(fixture.ask(R"(,"limit":2,"since":{"offset":3,"epoch":"e1"})").empty());
    REQUIRE(fixture.backend.reads.size() == 1);
    CHECK(fixture.backend.reads[0].since == 3);
    CHECK(fixture.backend.reads[0].limit == 2);
    ChannelHistory history{.position = {"e1", 10}, .publications = publications(4, 5)};
    fixture.backend.reads[0].then(std::move(history));
    CHECK(
        fixture.reader.taken() ==
        R"({"id":3,"history":{"publications":[{"data":4,"offset":4},{"data":5,"offset":5}],"epoch":"e1","offset":10}})"
    );
}

TEST_CASE("history: without a position the newest, and never more than the cap", "[net]") {
    Subscribed fixture;
    (void)fixture.ask(R"(,"limit":4)");
    CHECK(fixture.backend.reads.at(0).since == 6);
    fixture.backend.reads[0].then(ChannelHistory{.position = {"e1", 10}});
    (void)fixture.ask(R"(,"limit":-1)");
    CHECK(fixture.backend.reads.at(1).limit == base::limits::kRecoverEventsMax);
}

TEST_CASE("history: a position of another epoch, or no longer held, gives 112", "[net]") {
    Subscribed fixture;
    CHECK(
        fixture.ask(R"(,"limit":2,"since":{"offset":3,"epoch":"e0"})").find(R"("code":112)") !=
        std::string::npos
    );
    (void)fixture.ask(R"(,"limit":2,"since":{"offset":3,"epoch":"e1"})");
    fixture.backend.reads.at(0).then(ChannelHistory{.position = {"e1", 10}, .complete = false});
    CHECK(fixture.reader.taken().find(R"("code":112)") != std::string::npos);
}
