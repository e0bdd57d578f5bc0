#include "net/protocol/encode.hpp"

#include <simdjson.h>
#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <vector>

using namespace voxpop;
using namespace voxpop::net;
using namespace voxpop::net::protocol;

namespace {

std::string text(auto append) {
    std::string out;
    append(out);
    return out;
}

PublicationPtr publication(std::uint64_t offset) {
    const std::string number = std::to_string(offset);
    return std::make_shared<const Publication>(
        Publication{offset, R"({"data":)" + number + R"(,"offset":)" + number + "}"}
    );
}

}  // namespace

// A broken line puts clients in a loop of reconnects.
TEST_CASE("encode: every reply is one line of JSON, whatever its texts hold", "[net]") {
    const std::string odd = "quote \" slash \\ line \n tab \t bell \x07 \xC3\xA9";
    const StreamPosition position{odd, 18'446'744'073'709'551'615U};
    const std::vector<PublicationPtr> missed{publication(1), publication(2)};
    std::array<std::string, 8> lines;
    append_error(lines[0], 1, {base::ErrorCode::internal, odd});
    append_connect(
        lines[1], 2,
        {.client = odd, .node = odd, .version = odd, .ttl = std::chrono::seconds(1), .data = "{}"}
    );
    append_refresh(lines[2], 3, {.client = odd, .version = odd, .ttl = {}});
    append_subscribe(lines[3], 4, {.number = 1, .position = &position, .publications = missed});
    append_unsubscribe(lines[4], 5);
    append_rpc(lines[5], 6, "[1]");
    append_history(lines[6], 7, {position, missed});
    append_unsubscribe_push(lines[7], odd, unsubscribe::kInsufficientState);
    simdjson::dom::parser parser;
    for (const auto& line : lines) {
        CAPTURE(line);
        CHECK(line.find('\n') == std::string::npos);
        CHECK(parser.parse(line).error() == simdjson::SUCCESS);
    }
}

TEST_CASE("encode: connect with and without what may be missing", "[net]") {
    CHECK(text([](auto& out) {
              append_connect(out, 1, {.client = "c", .version = "v"});
          }) == R"({"id":1,"connect":{"client":"c","version":"v"}})");
    const ConnectReply full{
        .client = "c",
        .node = "n",
        .version = "v",
        .ping_seconds = 25,
        .ttl = std::chrono::seconds(60),
        .data = R"({"a":1})"
    };
    CHECK(
        text([&](auto& out) { append_connect(out, 1, full); }) ==
        R"({"id":1,"connect":{"client":"c","version":"v","expires":true,"ttl":60,"data":{"a":1},)"
        R"("ping":25,"pong":true,"node":"n"}})"
    );
}

TEST_CASE("encode: a token past its time is to be replaced at once", "[net]") {
    const RefreshReply late{.client = "c", .version = "v", .ttl = std::chrono::seconds(-2)};
    CHECK(text([&](auto& out) {
              append_refresh(out, 1, late);
          }) == R"({"id":1,"refresh":{"client":"c","version":"v","expires":true,"ttl":1}})");
}

TEST_CASE("encode: a result is there even when it is empty", "[net]") {
    CHECK(text([](auto& out) { append_subscribe(out, 2, {}); }) == R"({"id":2,"subscribe":{}})");
    CHECK(text([](auto& out) { append_unsubscribe(out, 3); }) == R"({"id":3,"unsubscribe":{}})");
    CHECK(text([](auto& out) { append_rpc(out, 4, ""); }) == R"({"id":4,"rpc":{}})");
    CHECK(text([](auto& out) { append_rpc(out, 4, "[1]"); }) == R"({"id":4,"rpc":{"data":[1]}})");
}

TEST_CASE("encode: a recovered subscription", "[net]") {
    const StreamPosition position{"e\"", 1};
    const std::vector<PublicationPtr> missed = {publication(2), publication(3)};
    const SubscribeReply reply{
        .number = 9,
        .position = &position,
        .was_recovering = true,
        .recovered = true,
        .publications = missed
    };
    CHECK(
        text([&](auto& out) { append_subscribe(out, 1, reply); }) ==
        R"({"id":1,"subscribe":{"recoverable":true,"positioned":true,"epoch":"e\"","offset":1,)"
        R"("was_recovering":true,"recovered":true,)"
        R"("publications":[{"data":2,"offset":2},{"data":3,"offset":3}],"id":9}})"
    );
}

TEST_CASE("encode: history always has its three fields", "[net]") {
    const StreamPosition position{"e", 0};
    CHECK(text([&](auto& out) {
              append_history(out, 1, {position, {}});
          }) == R"({"id":1,"history":{"publications":[],"epoch":"e","offset":0}})");
}

TEST_CASE("encode: errors say when to try again", "[net]") {
    CHECK(text([](auto& out) {
              append_error(out, 5, {base::ErrorCode::too_many_requests, {}});
          }) == R"({"id":5,"error":{"code":111,"message":"too many requests","temporary":true}})");
    CHECK(text([](auto& out) {
              append_error(out, 5, {base::ErrorCode::bad_request, "no \"x\""});
          }) == R"({"id":5,"error":{"code":107,"message":"no \"x\""}})");
}

TEST_CASE("encode: what ails the store is not the client's business", "[net]") {
    const base::Error error{
        base::ErrorCode::store_unavailable, "10.0.0.5:6379: cannot connect: Connection refused"
    };
    CHECK(
        text([&](auto& out) { append_error(out, 5, error); }) ==
        R"({"id":5,"error":{"code":420,)"
        R"("message":"the store is away for the moment; try again","temporary":true}})"
    );
}

TEST_CASE("encode: unsubscribe pushes and presence", "[net]") {
    CHECK(
        text([](auto& out) {
            append_unsubscribe_push(out, "thread:a", unsubscribe::kInsufficientState);
        }) ==
        R"({"push":{"channel":"thread:a","unsubscribe":{"code":2500,"reason":"insufficient state"}}})"
    );
    CHECK(text([](auto& out) {
              append_presence_stats(out, 1, {.clients = 2, .users = 1});
          }) == R"({"id":1,"presence_stats":{"num_clients":2,"num_users":1}})");
}
