#include "domain/text.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

using namespace voxpop;
using namespace voxpop::domain;

namespace {

constexpr TextLimits kLimits{.graphemes_max = 10, .bytes_max = 200};

std::string cleaned(std::string_view text) {
    return clean_text(text, kLimits).value();
}

bool refused(std::string_view text, const TextLimits& limits = kLimits) {
    const auto result = clean_text(text, limits);
    return !result && result.error().code == base::ErrorCode::invalid_text &&
           !result.error().detail.empty();
}

}  // namespace

TEST_CASE("text: it is composed, so that the same word is the same bytes", "[domain]") {
    CHECK(cleaned("e\u0301") == "\u00e9");
    CHECK(cleaned("\u1112\u1161\u11ab") == "한");  // jamo as macOS writes them
    CHECK(cleaned("한글") == "한글");
}

TEST_CASE("text: length is counted as a reader would", "[domain]") {
    CHECK(count_graphemes("") == 0);
    CHECK(count_graphemes("abc") == 3);
    CHECK(count_graphemes("한글") == 2);
    CHECK(count_graphemes("e\u0301") == 1);
    CHECK(count_graphemes("👩‍👩‍👧") == 1);
    CHECK(count_graphemes("🇰🇷🇰🇷") == 2);
    std::string families;
    for (int n = 0; n < 10; ++n) families += "👩‍👩‍👧";
    CHECK(cleaned(families) == families);
    CHECK(refused(families + "👩‍👩‍👧"));
    CHECK(cleaned("1234567890") == "1234567890");
    CHECK(refused("12345678901"));
}

TEST_CASE("text: bytes are limited too, against towers of marks", "[domain]") {
    std::string tower = "a";
    for (int i = 0; i < 150; ++i) tower += "\u0301";
    CHECK(refused(tower));
    CHECK(refused(std::string(100'000, ' ')));
}

TEST_CASE("text: it is trimmed, of what cannot be seen as well", "[domain]") {
    CHECK(cleaned(" \t a b \n") == "a b");
    CHECK(cleaned("\u3000\u200b\ufeffa\u3164") == "a");
    CHECK(cleaned("❤\ufe0f") == "❤\ufe0f");  // a red heart, not a black one
    CHECK(refused(""));
    CHECK(refused(" \n\u200b\u3164 "));
    for (const std::string_view unseen :
         {"\u00ad", "\u115f", "\u1160", "\u180e", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f",
          "\u2060", "\u2061", "\u2064", "\u206a", "\u2800", "\u3164", "\ufe0f", "\ufeff",
          "\uffa0"}) {
        CAPTURE(unseen);
        CHECK(refused(unseen));
        CHECK(refused(std::string(unseen) + " " + std::string(unseen)));
        CHECK(cleaned("a" + std::string(unseen) + "b") == "a" + std::string(unseen) + "b");
    }
    CHECK(clean_text(" ", {.graphemes_max = 1, .bytes_max = 10, .allow_empty = true}) == "");
}

TEST_CASE("text: line breaks become LF, at most two in a row", "[domain]") {
    CHECK(cleaned("a\r\nb") == "a\nb");
    CHECK(cleaned("a\rb") == "a\nb");
    CHECK(cleaned("a\u2028b") == "a\nb");
    CHECK(cleaned("a\n\n\n\nb") == "a\n\nb");
    CHECK(cleaned("a\n \n \n b") == "a\n\n b");
    CHECK(
        clean_text("a\nb", {.graphemes_max = 9, .bytes_max = 9, .allow_newlines = false}) == "a b"
    );
}

TEST_CASE("text: control characters and direction overrides are refused", "[domain]") {
    CHECK(refused(std::string_view("a\0b", 3)));
    CHECK(refused("a\x1b[31m"));
    CHECK(refused("a\u0085b") == false);  // a line break of old
    CHECK(refused("a\u009bb"));
    CHECK(refused("a\u202eb"));  // NOLINT(misc-misleading-bidirectional): this is what is refused
    CHECK(refused("a\u2066b"));  // NOLINT(misc-misleading-bidirectional): and this
    CHECK(cleaned("a\u200db") == "a\u200db");  // joins emoji
}

TEST_CASE("text: what is not UTF-8 is refused", "[domain]") {
    for (const std::string_view bad :
         {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80"}) {
        CHECK_FALSE(is_valid_utf8(bad));
        CHECK(refused(bad));
    }
    CHECK(is_valid_utf8("한글 👩‍👩‍👧"));
}

TEST_CASE("text: cleaning twice changes nothing more", "[domain][property]") {
    CHECK(rc::check("any mixture", [] {
        const auto parts =
            *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                "a", " ", "\n", "\r", "\t", "e", "\u0301", "\u1112", "\u1161", "\u11ab", "\u200b",
                "\u3000", "한", "👩", "\u200d", "\u00ad", "\u3164", "\ufe0f", "\u1160", "\u200f"
            ));
        std::string text;
        for (const auto& part : parts) text += part;
        const TextLimits limits{.graphemes_max = 1000, .bytes_max = 10'000, .allow_empty = true};
        const auto once = clean_text(text, limits);
        RC_ASSERT(once.has_value());
        RC_ASSERT(clean_text(*once, limits).value() == *once);
    }));
}

TEST_CASE("text: any bytes are taken or refused, never worse", "[domain][property]") {
    CHECK(rc::check("any bytes", [](const std::string& bytes) {
        const auto result = clean_text(bytes, {.graphemes_max = 50, .bytes_max = 100});
        if (!result) return;
        RC_ASSERT(is_valid_utf8(*result));
        RC_ASSERT(result->size() <= 100);
        RC_ASSERT(count_graphemes(*result) <= 50);
    }));
}
