// The small languages of values: durations, addresses, origins, stores, and likeness of names.
#include <catch2/catch.hpp>

#include "config/duration.hpp"
#include "config/listen.hpp"
#include "config/nearest.hpp"
#include "config/origin.hpp"
#include "config/setting.hpp"
#include "config/store_location.hpp"
#include "config/toml_text.hpp"

using namespace voxpop;
using namespace voxpop::config;
using namespace std::chrono_literals;

TEST_CASE("duration: a number and a unit", "[config]") {
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("5s") == 5s);
    CHECK(parse_duration("5min") == 5min);
    CHECK(parse_duration("2h") == 2h);
    CHECK(parse_duration("0s") == 0ms);
    for (const auto* text :
         {"", "5", "s", "-5s", "5 s", "5m", "1.5s", "5ss", "99999999999999999999s",
          "9223372036854775807h"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text));
    }
}

TEST_CASE("duration: is shown in the largest whole unit", "[config]") {
    CHECK(to_string(base::Millis(0)) == "0s");
    CHECK(to_string(base::Millis(1'500)) == "1500ms");
    CHECK(to_string(base::Millis(90'000)) == "90s");
    CHECK(to_string(base::Millis(300'000)) == "5min");
    CHECK(to_string(base::Millis(86'400'000)) == "24h");
}

TEST_CASE("listen: IPv4 and bracketed IPv6 with a port, and back", "[config]") {
    for (const auto* text : {"127.0.0.1:8080", "0.0.0.0:0", "[::1]:8080", "[::]:65535"}) {
        const auto listen = parse_listen(text);
        REQUIRE(listen);
        CHECK(to_string(*listen) == text);
    }
    CHECK(parse_listen("[::1]:8080")->address == "::1");
    for (const auto* text :
         {"", ":8080", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
          "127.0.0.1:80x", "::1:8080", "[::1]", "[::1]8080", "[127.0.0.1]:80", "localhost:8080",
          "[]:80", "256.0.0.1:80", " 127.0.0.1:80"}) {
        INFO(text);
        CHECK_FALSE(parse_listen(text));
    }
}

TEST_CASE("origin: scheme, host and port, the port the scheme's own when absent", "[config]") {
    CHECK(parse_origin("https://news.example") == Origin{true, "news.example", 443});
    CHECK(parse_origin("https://news.example:443") == Origin{true, "news.example", 443});
    CHECK(parse_origin("HTTP://News.Example:8080") == Origin{false, "news.example", 8080});
    CHECK(parse_origin("http://[0:0::1]:3000") == Origin{false, "::1", 3000});
    for (const auto* text :
         {"",
          "null",
          "news.example",
          "ftp://news.example",
          "https://",
          "https:///",
          "https://a.example/",
          "https://a.example/path",
          "https://user@a.example",
          "https://a.example:",
          "https://a.example:0",
          "https://a.example:65536",
          "https://a.example:80x",
          "https://.example",
          "https://a..example",
          "https://a.example.",
          "https://a b",
          "https://[::1",
          "https://[x]",
          "https://[::1]x",
          "https://a.example#",
          "https://a.example?x",
          "https://*.example",
          "https://a.example\n"}) {
        INFO(text);
        CHECK_FALSE(parse_origin(text));
    }
}

TEST_CASE(
    "origin: a pattern with a star takes subdomains of any depth and nothing else", "[config]"
) {
    const auto pattern = OriginPattern::parse("https://*.news.example");
    REQUIRE(pattern);
    const auto matches = [&](const char* origin) {
        return pattern->matches(*parse_origin(origin));
    };
    CHECK(matches("https://www.news.example"));
    CHECK(matches("https://a.b.news.example"));
    CHECK_FALSE(matches("https://news.example"));
    CHECK_FALSE(matches("https://evilnews.example"));
    CHECK_FALSE(matches("http://www.news.example"));
    CHECK_FALSE(matches("https://www.news.example:8443"));
    CHECK_FALSE(matches("https://www.news.example.evil.example"));
    CHECK_FALSE(OriginPattern::parse("https://*"));
    CHECK_FALSE(OriginPattern::parse("*"));
    CHECK_FALSE(OriginPattern::parse("*.news.example"));
    CHECK_FALSE(OriginPattern::parse("https://a.*.example"));
    CHECK_FALSE(OriginPattern::parse("https://*.*.example"));
}

TEST_CASE("store: a URL, or the data folder", "[config]") {
    CHECK(locate_store({.url = "", .data_dir = "d"})->file == "d/voxpop.db");
    CHECK(locate_store({.url = "", .data_dir = "d"})->folder() == "d");
    CHECK(locate_store({.url = "sqlite:/a/b.db", .data_dir = "d"})->folder() == "/a");
    CHECK(locate_store({.url = "sqlite:b.db", .data_dir = "d"})->folder() == ".");
    CHECK(locate_store({.url = "memory:", .data_dir = "d"})->kind == StoreKind::memory);
    CHECK_FALSE(locate_store({.url = "memory:", .data_dir = "d"})->folder());
    for (const auto* url : {"sqlite:", "redis://", "memory", "/a/b.db"}) {
        INFO(url);
        CHECK_FALSE(locate_store({.url = url, .data_dir = "d"}));
    }
}

TEST_CASE("nearest: counts insertions, deletions, substitutions and swaps", "[config]") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("abc", "abc") == 0);
    CHECK(edit_distance("abc", "acb") == 1);
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(nearest("lsiten", {"cores", "listen", "dev"}) == "listen");
    CHECK(nearest("x", {}).empty());
}

TEST_CASE("toml text: quotes and control characters are escaped", "[config]") {
    CHECK(toml_quoted("a\"b\\c\n\x7f") == "\"a\\\"b\\\\c\\u000A\\u007F\"");
}

TEST_CASE("values: the password in a store's URL is not shown", "[config]") {
    const auto shown = [](const std::string& url) {
        return show_value(*find_setting("store.url"), Value(url));
    };
    CHECK(shown("redis://kim:s3cret@db:6379/1") == R"("redis://kim:***@db:6379/1")");
    CHECK(shown("redis://:p@ss@db:6379") == R"("redis://:***@db:6379")");
    CHECK(shown("redis://db:6379") == R"("redis://db:6379")");
    CHECK(shown("sqlite:a:b@c") == R"("sqlite:a:b@c")");
}

TEST_CASE("values: a write is acknowledged once stored, or once replicated", "[config]") {
    const auto& ack = *find_setting("store.ack");
    CHECK(check_value(ack, Value(std::string("stored"))));
    CHECK(check_value(ack, Value(std::string("replicated"))));
    CHECK_FALSE(check_value(ack, Value(std::string("maybe"))));
}
