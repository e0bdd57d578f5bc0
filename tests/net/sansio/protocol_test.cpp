// Commands as clients send them, and replies as they must arrive.
#include <simdjson.h>

#include <catch2/catch.hpp>

#include "fake_backend.hpp"
#include "net/protocol/command_parser.hpp"
#include "net/protocol/encode.hpp"

namespace voxpop::net::protocol {
namespace {

// Keeps the text, into which a command's fields point, until the next parse.
class Reader {
  public:
    std::optional<Command> operator()(std::string_view line) {
        text_.assign(line).append(kPadding, '\xFF');  // whatever is behind it does not matter
        return parser_.parse(std::string_view(text_).substr(0, line.size()));
    }

  private:
    CommandParser parser_;
    std::string text_;
};

TEST_CASE("parser: fields come in any order, the id last", "[net]") {
    Reader read;
    const auto command = read(
        R"({"subscribe":{"flag":1,"epoch":"e","offset":7,"recover":true,"channel":"c"},"id":9})"
    );
    REQUIRE(command);
    CHECK(command->kind == CommandKind::subscribe);
    CHECK(command->id == 9);
    CHECK(command->channel == "c");
    CHECK(command->recover);
    CHECK(command->offset == 7);
    CHECK(command->epoch == "e");
    CHECK(command->flag == kAcceptsChannelNumber);
    CHECK_FALSE(command->has_filter);
}

TEST_CASE("parser: every kind of command is known by its name", "[net]") {
    Reader read;
    const auto kind = [&](std::string_view name) {
        const auto command = read("{\"id\":1,\"" + std::string(name) + "\":{}}");
        return command ? std::optional(command->kind) : std::nullopt;
    };
    CHECK(kind("connect") == CommandKind::connect);
    CHECK(kind("subscribe") == CommandKind::subscribe);
    CHECK(kind("unsubscribe") == CommandKind::unsubscribe);
    CHECK(kind("publish") == CommandKind::publish);
    CHECK(kind("presence") == CommandKind::presence);
    CHECK(kind("presence_stats") == CommandKind::presence_stats);
    CHECK(kind("history") == CommandKind::history);
    CHECK(kind("rpc") == CommandKind::rpc);
    CHECK(kind("send") == CommandKind::send);
    CHECK(kind("refresh") == CommandKind::refresh);
    CHECK(kind("sub_refresh") == CommandKind::sub_refresh);
    CHECK_FALSE(kind("presenc"));
    CHECK_FALSE(kind("rpcs"));
}

TEST_CASE("parser: data is passed on as it was sent, whatever it is", "[net]") {
    const auto* data = GENERATE(
        R"({"a": [1, {"b":"}"}]})", R"([ ])", R"("\u00e9\n")", "1.5e3", "true",
        R"({"id":7,"rpc":{}})"
    );
    Reader read;
    const auto command =
        read(R"({"rpc":{"data":)" + std::string(data) + R"( ,"method":"m"},"id":1})");
    REQUIRE(command);
    CHECK(command->data == data);
    CHECK(command->method == "m");
    CHECK(command->id == 1);
}

TEST_CASE("parser: strings are unescaped", "[net]") {
    Reader read;
    const auto command = read(R"({"id":1,"connect":{"token":"a\u002eb","name":"\"js\""}})");
    REQUIRE(command);
    CHECK(command->token == "a.b");
    CHECK(command->name == "\"js\"");
}

TEST_CASE("parser: unknown fields and nulls count for nothing", "[net]") {
    Reader read;
    const auto command = read(
        R"({"x":{"y":[1,2,{"id":5}]},"id":2,"history":{"channel":"c","limit":-1,"since":null,"z":1.5}})"
    );
    REQUIRE(command);
    CHECK(command->id == 2);
    CHECK(command->limit == -1);
    CHECK_FALSE(command->since);
    const auto since = read(R"({"id":2,"history":{"since":{"epoch":"e","offset":3}}})");
    REQUIRE(since);
    CHECK(since->since->offset == 3);
    CHECK(since->since->epoch == "e");
}

TEST_CASE("parser: an empty object is a pong", "[net]") {
    Reader read;
    for (const auto* text : {"{}", " {} ", "{ }"}) {
        const auto command = read(text);
        REQUIRE(command);
        CHECK(command->kind == CommandKind::pong);
    }
}

TEST_CASE("parser: what is not exactly one command is refused", "[net]") {
    const auto* bad = GENERATE(
        "", " ", "x", "1", "null", "[]", "\"{}\"", "{", "}", "{}}", "{}{}", "{} x", R"({"id":1})",
        R"({"rpc":{}})", R"({"id":0,"rpc":{}})", R"({"id":-1,"rpc":{}})", R"({"id":1.5,"rpc":{}})",
        R"({"id":"1","rpc":{}})", R"({"id":4294967296,"rpc":{}})", R"({"id":1,"rpc":{}}{})",
        R"({"id":1,"rpc":{}} {"id":2,"rpc":{}})", R"({"id":1,"rpc":{})", R"({"id":1,"rpc":{},})",
        R"({"id":1,"rpc":[]})", R"({"id":1,"rpc":1})", R"({"id":1,"rpc":{},"connect":{}})",
        R"({"id":1,"rpc":{"method":5}})", R"({"id":1,"rpc":{"method":"m})",
        R"({"id":1,"subscribe":{"offset":-1}})", R"({"id":1,"subscribe":{"recover":1}})",
        R"({"id":1 "rpc":{}})", R"({'id':1,'rpc':{}})", R"({"id":1,"rpc":{"data":nul1}})",
        R"({"id":1,"rpc":{"method":nil}})", R"({"id":1,"rpc":{"x":"y":3}})",
        R"({"id":1,"rpc":{"x":"y":{}}}})", R"({"id":1,"rpc":{"x":}}})",
        R"({"id":1,"rpc":{"data":"y":{}}}})", R"({"id":1,"rpc":{},"x":"y":{}}})"
    );
    CAPTURE(bad);
    Reader read;
    CHECK_FALSE(read(bad));
    CHECK(read(R"({"id":1,"rpc":{}})"));  // the parser is as good as new
}

TEST_CASE("parser: data is delimited, and left to be parsed by who reads it", "[net]") {
    Reader read;
    const auto command = read(R"({"rpc":{"data":{"x":"y":"}"},"method":"m"},"id":1})");
    REQUIRE(command);
    CHECK(command->data == R"({"x":"y":"}"})");
    CHECK(command->method == "m");
}

TEST_CASE("parser: deep nesting is delimited or refused, never followed into the ground", "[net]") {
    Reader read;
    const auto nested = [&](std::size_t depth) {
        return read(
            R"({"id":1,"rpc":{"data":)" + std::string(depth, '[') + std::string(depth, ']') + "}}"
        );
    };
    const auto shallow = nested(100);
    REQUIRE(shallow);
    CHECK(shallow->data.size() == 200);
    const auto deep = nested(30'000);
    if (deep) CHECK(deep->data.size() == 60'000);
    CHECK_FALSE(read(R"({"id":1,"rpc":{"data":)" + std::string(30'000, '[')));
}

TEST_CASE("take_line: lines end at newlines, and a last newline ends no further line", "[net]") {
    std::string_view frame = "a\n\nb\n";
    CHECK(take_line(frame) == "a");
    CHECK(take_line(frame).empty());
    CHECK(frame == "b\n");
    CHECK(take_line(frame) == "b");
    CHECK(frame.empty());
    CHECK(take_line(frame).empty());
}

// Every reply is one line of sound JSON: a broken one puts clients in a loop of reconnects.
TEST_CASE("encode: every reply is one line of JSON, whatever its texts hold", "[net]") {
    const std::string text = "quote \" slash \\ line \n tab \t bell \x07 \xC3\xA9";
    const StreamPosition position{text, 18'446'744'073'709'551'615U};
    const auto missed = test::publications(0, 2);
    std::vector<std::string> lines(8);
    append_error(lines[0], 1, {base::ErrorCode::internal, text});
    append_connect(
        lines[1], 2,
        {.client = text, .node = text, .version = text, .ttl = std::chrono::seconds(1), .data = "{}"
        }
    );
    append_refresh(lines[2], 3, {.client = text, .version = text, .ttl = {}});
    append_subscribe(lines[3], 4, {.number = 1, .position = &position, .publications = missed});
    append_unsubscribe(lines[4], 5);
    append_rpc(lines[5], 6, "[1]");
    append_history(lines[6], 7, {position, missed});
    append_unsubscribe_push(lines[7], text, unsubscribe::kInsufficientState);
    simdjson::dom::parser parser;
    for (const auto& line : lines) {
        CAPTURE(line);
        CHECK(line.find('\n') == std::string::npos);
        CHECK(parser.parse(line).error() == simdjson::SUCCESS);
    }
}

TEST_CASE("encode: a result object is always there, an error only where there is one", "[net]") {
    std::string subscribe;
    append_subscribe(subscribe, 2, {});
    CHECK(subscribe == R"({"id":2,"subscribe":{}})");
    std::string rpc;
    append_rpc(rpc, 3, "");
    CHECK(rpc == R"({"id":3,"rpc":{}})");
    std::string history;
    append_history(history, 4, {StreamPosition{}, {}});
    CHECK(history == R"({"id":4,"history":{"publications":[],"epoch":"","offset":0}})");
    std::string stats;
    append_presence_stats(stats, 5, {});
    CHECK(stats == R"({"id":5,"presence_stats":{"num_clients":0,"num_users":0}})");
}

TEST_CASE("encode: an error says whether to try again", "[net]") {
    std::string temporary;
    append_error(temporary, 1, {base::ErrorCode::store_unavailable, {}});
    CHECK(
        temporary ==
        R"({"id":1,"error":{"code":420,"message":"the store is unavailable","temporary":true}})"
    );
    std::string lasting;
    append_error(lasting, 1, {base::ErrorCode::poll_closed, "closed at noon"});
    CHECK(lasting == R"({"id":1,"error":{"code":403,"message":"closed at noon"}})");
}

TEST_CASE("frame: the header has the length in as many bytes as it takes", "[net]") {
    const auto header = [](std::size_t size) {
        std::string out;
        append_text_frame_header(out, size);
        return out;
    };
    using namespace std::string_literals;
    CHECK(header(0) == "\x81\x00"s);
    CHECK(header(125) == "\x81\x7D"s);
    CHECK(header(126) == "\x81\x7E\x00\x7E"s);
    CHECK(header(65'535) == "\x81\x7E\xFF\xFF"s);
    CHECK(header(65'536) == "\x81\x7F\x00\x00\x00\x00\x00\x01\x00\x00"s);
    CHECK(make_text_frame("abc")->payload() == "abc");
    CHECK(make_text_frame("abc")->bytes() == "\x81\x03"s + "abc");
}

}  // namespace
}  // namespace voxpop::net::protocol
