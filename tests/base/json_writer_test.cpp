#include "base/json_writer.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <string>

using namespace voxpop::base;

namespace {

std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

}  // namespace

TEST_CASE("json writer: commas come by themselves", "[base]") {
    JsonWriter out;
    out.object().field("version", 7).key("options").object().field("pro", 3).end();
    out.key("list").array().value(1).value("a").array().end().object().end().null().end().end();
    CHECK(out.str() == R"({"version":7,"options":{"pro":3},"list":[1,"a",[],{},null]})");
}

TEST_CASE("json writer: what JSON demands is escaped, the rest is as it was", "[base]") {
    CHECK(quoted("한글 👩‍👩‍👧") == "\"한글 👩‍👩‍👧\"");
    CHECK(quoted("say \"hi\" \\ /") == R"("say \"hi\" \\ /")");
    CHECK(quoted("\n\r\t") == R"("\n\r\t")");
    CHECK(quoted(std::string_view("\0\x01\x1f\x7f", 4)) == "\"\\u0000\\u0001\\u001f\x7f\"");
    CHECK(quoted("") == "\"\"");
}

TEST_CASE("json writer: no control character leaves it, so frames can be split by newlines") {
    for (int c = 0; c < 0x20; ++c) {
        for (const char written : quoted(std::string(3, static_cast<char>(c)))) {
            CHECK(static_cast<unsigned char>(written) >= 0x20);
        }
    }
}

TEST_CASE("json writer: keys are escaped like values", "[base]") {
    JsonWriter out;
    out.object().field("a\"b", "c").end();
    CHECK(out.str() == R"({"a\"b":"c"})");
}

TEST_CASE("json writer: numbers are whole, and true is not 1", "[base]") {
    JsonWriter out;
    out.array().value(true).value(std::numeric_limits<std::uint64_t>::max());
    out.value(std::numeric_limits<std::int64_t>::min()).value(false).end();
    CHECK(out.str() == "[true,18446744073709551615,-9223372036854775808,false]");
}

TEST_CASE("json writer: ready JSON goes in as it is, and clear() starts over", "[base]") {
    JsonWriter out;
    out.object().raw_field("tally", R"({"n":1})").field("x", 2).end();
    CHECK(out.str() == R"({"tally":{"n":1},"x":2})");
    out.clear();
    out.array().value(1).end();
    CHECK(out.take() == "[1]");
}
