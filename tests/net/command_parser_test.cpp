#include "net/protocol/command_parser.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <optional>
#include <string>

using namespace voxpop::net::protocol;

namespace {

// Keeps the padded text alive as long as the command's views.
struct Parsed {
    std::string text;
    CommandParser parser;
    std::optional<Command> command;

    explicit Parsed(std::string_view line) : text(line) {
        text.append(kPadding, '}');  // what is behind the line must not matter
        command = parser.parse(std::string_view(text).substr(0, line.size()));
    }
    [[nodiscard]] bool valid() const { return command.has_value(); }
    const Command* operator->() const { return &*command; }
};

}  // namespace

TEST_CASE("command: the JavaScript client's connect, its id last", "[net]") {
    const Parsed parsed(R"({"connect":{"token":"abc","name":"js","data":{"a": [1]}},"id":1})");
    REQUIRE(parsed.valid());
    CHECK(parsed->kind == CommandKind::connect);
    CHECK(parsed->id == 1);
    CHECK(parsed->token == "abc");
    CHECK(parsed->name == "js");
    CHECK(parsed->data == R"({"a": [1]})");
}

TEST_CASE("command: a subscribe with recovery", "[net]") {
    const Parsed parsed(
        R"({"subscribe":{"channel":"thread:a","recover":true,"offset":18446744073709551615,"epoch":"x","flag":1},"id":7})"
    );
    REQUIRE(parsed.valid());
    CHECK(parsed->kind == CommandKind::subscribe);
    CHECK(parsed->channel == "thread:a");
    CHECK(parsed->recover);
    CHECK(parsed->offset == 18'446'744'073'709'551'615U);
    CHECK(parsed->epoch == "x");
    CHECK(parsed->flag == kAcceptsChannelNumber);
}

TEST_CASE("command: an rpc keeps its data as it was sent", "[net]") {
    for (const std::string data :
         {R"({"poll":"p","options":["pro"]})", R"([1,"]",{}])", R"("text \" }")", "12.5", "true"}) {
        const Parsed parsed(R"({"id":3,"rpc":{"method":"poll.vote","data":)" + data + "}}");
        REQUIRE(parsed.valid());
        CHECK(parsed->method == "poll.vote");
        CHECK(parsed->data == data);
    }
}

TEST_CASE("command: history since a position", "[net]") {
    const Parsed parsed(
        R"({"id":4,"history":{"channel":"c","limit":-1,"reverse":true,"since":{"offset":5,"epoch":"e"}}})"
    );
    REQUIRE(parsed.valid());
    CHECK(parsed->limit == -1);
    CHECK(parsed->reverse);
    REQUIRE(parsed->since.has_value());
    CHECK(parsed->since->offset == 5);
    CHECK(parsed->since->epoch == "e");
}

TEST_CASE("command: an empty object is a pong", "[net]") {
    const Parsed parsed("{}");
    REQUIRE(parsed.valid());
    CHECK(parsed->kind == CommandKind::pong);
}

TEST_CASE("command: send needs no id, everything else does", "[net]") {
    CHECK(Parsed(R"({"send":{"data":{}}})").valid());
    CHECK_FALSE(Parsed(R"({"rpc":{"method":"a"}})").valid());
    CHECK_FALSE(Parsed(R"({"id":0,"rpc":{"method":"a"}})").valid());
}

TEST_CASE("command: unknown fields and nulls are passed over", "[net]") {
    const Parsed parsed(
        R"({"x":{"y":[1,{"z":null}]},"id":2,"subscribe":{"channel":"c","data":null,"token":null,"new":{"a":1}}})"
    );
    REQUIRE(parsed.valid());
    CHECK(parsed->channel == "c");
    CHECK(parsed->data.empty());
    CHECK(parsed->token.empty());
}

TEST_CASE("command: escapes in strings are resolved", "[net]") {
    const Parsed parsed(R"({"id":1,"subscribe":{"channel":"thread:\u00e9\"","token":"\\"}})");
    REQUIRE(parsed.valid());
    CHECK(parsed->channel == "thread:\u00e9\"");
    CHECK(parsed->token == "\\");
}

TEST_CASE("command: what is not one object with one request is refused", "[net]") {
    const auto* line = GENERATE(
        "", " ", "{", "}", "null", "[]", "1", "\"rpc\"", R"({"id":1})", R"({"id":1,"nonsense":{}})",
        R"({"id":1,"rpc":{"method":"a"},"connect":{}})", R"({"id":1,"rpc":{"method":"a"}} x)",
        R"({"id":1,"rpc":{"method":"a"}}{})", R"({"id":1,"rpc":{"method":5}})",
        R"({"id":1,"rpc":[]})", R"({"id":1,"rpc":null,})", R"({"id":-1,"rpc":{}})",
        R"({"id":4294967296,"rpc":{}})", R"({"id":"1","rpc":{}})", R"({"id":1.5,"rpc":{}})",
        R"({"id":1,"subscribe":{"channel":"c","offset":-1}})",
        R"({"id":1,"subscribe":{"channel":"c","recover":1}})", R"({"id":1,"rpc":{"method":"a"})",
        R"({"id":1 "rpc":{}})", R"({'id':1,"rpc":{}})"
    );
    CAPTURE(line);
    CHECK_FALSE(Parsed(line).valid());
}

TEST_CASE(
    "command: deep nesting is delimited or refused, never followed into the ground", "[net]"
) {
    const auto nested = [](std::size_t opened, std::size_t closed) {
        return Parsed(
            R"({"id":1,"rpc":{"data":)" + std::string(opened, '[') + std::string(closed, ']') + "}}"
        );
    };
    const auto shallow = nested(100, 100);
    REQUIRE(shallow.valid());
    CHECK(shallow->data.size() == 200);
    const auto deep = nested(30'000, 30'000);
    if (deep.valid()) CHECK(deep->data.size() == 60'000);
    CHECK_FALSE(nested(30'000, 0).valid());
}

TEST_CASE("command: no cut of a command is a command", "[net]") {
    const std::string whole =
        R"({"subscribe":{"channel":"a","recover":true,"offset":12,"epoch":"e"},"id":12})";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(Parsed(std::string_view(whole).substr(0, size)).valid());
    }
}

TEST_CASE("command: any bytes are taken or refused, nothing else", "[net]") {
    CHECK(rc::check([](const std::string& noise) { (void)Parsed(noise); }));
    CHECK(rc::check([](const std::string& noise) {
        (void)Parsed(R"({"id":1,"rpc":{"method":"a","data":)" + noise + "}}");
    }));
}

TEST_CASE("command: lines are taken one by one", "[net]") {
    std::string_view frame = "a\nbc\n";
    CHECK(take_line(frame) == "a");
    CHECK(take_line(frame) == "bc");
    CHECK(frame.empty());
    frame = "a\n\nb";
    CHECK(take_line(frame) == "a");
    CHECK(take_line(frame).empty());
    CHECK(take_line(frame) == "b");
}
