#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/inline_function.hpp"
#include "base/inline_string.hpp"
#include "base/log.hpp"

using namespace voxpop::base;

TEST_CASE("inline string: it holds what fits and refuses the rest, never cuts", "[base]") {
    using Text = InlineString<4>;
    CHECK(Text::from("abcd")->view() == "abcd");
    CHECK_FALSE(Text::from("abcde"));
    CHECK(Text::from("")->empty());
    CHECK(*Text::from("ab") < *Text::from("abc"));
    CHECK(*Text::from("ab") == *Text::from("ab"));
}

TEST_CASE("inline function: it calls, moves and frees what it holds", "[base]") {
    const auto held = std::make_shared<int>(1);
    {
        InlineFunction<int(int), 32> add = [held](int n) { return *held + n; };
        CHECK(add(2) == 3);
        InlineFunction<int(int), 32> moved = std::move(add);
        CHECK(moved(3) == 4);
        CHECK(held.use_count() == 2);
        moved = InlineFunction<int(int), 32>([](int n) { return -n; });
        CHECK(held.use_count() == 1);
        CHECK(moved(3) == -3);
        CHECK_FALSE(InlineFunction<int(int), 32>());
    }
    CHECK(held.use_count() == 1);
}

TEST_CASE("manual clock: time goes when the test moves it", "[base]") {
    ManualClock clock(from_millis(1'000));
    const auto before = clock.monotonic();
    clock.advance(Millis(250));
    CHECK(to_millis(clock.now()) == 1'250);
    CHECK(clock.monotonic() - before == Millis(250));
}

TEST_CASE("log: one JSON object a line, from the least level on", "[base]") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    Log log(LogLevel::warn, ends[1]);
    log.info("not worth it");
    log.warn("store is \"away\"", {{"store", "sqlite"}, {"retry_ms", 200}, {"again", true}});
    ::close(ends[1]);
    std::array<char, 512> buffer{};
    const auto size = ::read(ends[0], buffer.data(), buffer.size());
    ::close(ends[0]);
    REQUIRE(size > 0);
    const std::string line(buffer.data(), static_cast<std::size_t>(size));
    CHECK(line.starts_with(R"({"ts":"20)"));
    CHECK(
        line.ends_with("\"level\":\"warn\",\"msg\":\"store is \\\"away\\\"\","
                       "\"store\":\"sqlite\",\"retry_ms\":200,\"again\":true}\n")
    );
    LogLevel level{};
    CHECK(parse_log_level("debug", level));
    CHECK(level == LogLevel::debug);
    CHECK_FALSE(parse_log_level("loud", level));
}
