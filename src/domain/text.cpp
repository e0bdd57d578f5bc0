#include "domain/text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

namespace voxpop::domain {
namespace {

using CodePoint = utf8proc_int32_t;

const utf8proc_uint8_t* bytes_of(std::string_view text) {
    return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

// Calls `see(code_point)` for each one, until it returns false or the bytes are not UTF-8. Whether
// all were seen.
template <class See>
bool for_each_code_point(std::string_view text, See&& see) {
    while (!text.empty()) {
        CodePoint c = 0;
        const auto length =
            utf8proc_iterate(bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &c);
        if (length <= 0 || !see(c)) return false;
        text.remove_prefix(static_cast<std::size_t>(length));
    }
    return true;
}

// Canonical composition; `text` is valid UTF-8.
std::string nfc(std::string_view text) {
    utf8proc_uint8_t* mapped = nullptr;
    const auto length = utf8proc_map(
        bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &mapped,
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE)
    );
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
    if (length < 0) std::abort();  // only for want of memory: the text is valid
    return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length)};
}

bool is_newline(CodePoint c) {
    return c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool is_control(CodePoint c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

// Embeddings, overrides and isolates: they turn around text that is not the author's.
bool turns_direction(CodePoint c) {
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

struct Range {
    CodePoint first;
    CodePoint last;
};
// Unicode's Default_Ignorable_Code_Point (UAX #44), in order. Within a text they have their use:
// they join emoji, choose a glyph, order right-to-left words.
constexpr std::array kIgnorable = std::to_array<Range>({
    {0x00ad, 0x00ad},
    {0x034f, 0x034f},
    {0x061c, 0x061c},
    {0x115f, 0x1160},
    {0x17b4, 0x17b5},
    {0x180b, 0x180f},
    {0x200b, 0x200f},
    {0x202a, 0x202e},
    {0x2060, 0x206f},
    {0x3164, 0x3164},
    {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},
    {0xfff0, 0xfff8},
    {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a},
    {0xe0000, 0xe0fff},
});

// What is trimmed from a text's ends.
bool is_blank(CodePoint c) {
    switch (c) {
        case '\n':
        case 0x00ad:  // soft hyphen
        case 0x200b:  // zero width space
        case 0x2060:  // word joiner
        case 0x2800:  // braille blank
        case 0x3164:  // Hangul filler
        case 0xfeff:  // byte order mark
        case 0xffa0:  // half-width Hangul filler
            return true;
        default:
            return utf8proc_category(c) == UTF8PROC_CATEGORY_ZS;
    }
}

// A text of these alone shows nothing: it is empty.
bool is_unseen(CodePoint c) {
    const auto holds = [c](const Range& range) { return c >= range.first && c <= range.last; };
    return is_blank(c) || std::ranges::any_of(kIgnorable, holds);
}

// Builds the cleaned text, code point by code point.
class Cleaner {
  public:
    explicit Cleaner(bool allow_newlines) : allow_newlines_(allow_newlines) {}

    // False when `c` is refused.
    bool take(CodePoint c) {
        const bool follows_return = std::exchange(after_return_, c == '\r');
        if (c == '\n' && follows_return) return true;
        if (is_newline(c) || c == '\r') {
            newline();
        } else if (c == '\t') {
            out_.push_back(' ');
        } else if (is_control(c) || turns_direction(c)) {
            return false;
        } else {
            out_.push_back(c);
        }
        return true;
    }

    [[nodiscard]] std::string trimmed() const {
        if (std::ranges::all_of(out_, is_unseen)) return {};
        auto first = out_.begin();
        auto last = out_.end();
        while (first != last && is_blank(*first)) ++first;
        while (first != last && is_blank(*(last - 1))) --last;
        std::string text;
        for (; first != last; ++first) {
            std::array<utf8proc_uint8_t, 4> bytes;
            const auto length = utf8proc_encode_char(*first, bytes.data());
            text.append(
                reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length)
            );
        }
        return text;
    }

  private:
    void newline() {
        if (!allow_newlines_) return out_.push_back(' ');
        // Spaces at a line's end are nothing, so that they cannot make empty lines out of three
        // newlines.
        while (!out_.empty() && out_.back() == ' ') out_.pop_back();
        const auto size = out_.size();
        if (size >= 2 && out_[size - 1] == '\n' && out_[size - 2] == '\n') return;
        out_.push_back('\n');
    }

    bool allow_newlines_;
    bool after_return_ = false;
    std::vector<CodePoint> out_;
};

}  // namespace

base::Result<std::string> clean_text(std::string_view text, const TextLimits& limits) {
    using base::ErrorCode::invalid_text;
    const auto too_long = [&](std::size_t limit, std::string_view unit) {
        return base::fail(
            invalid_text,
            "the text is longer than " + std::to_string(limit) + " " + std::string(unit)
        );
    };
    // What is trimmed may be as long as the text itself; more is not looked at.
    if (text.size() > 2 * limits.bytes_max) return too_long(limits.bytes_max, "bytes");
    if (!is_valid_utf8(text)) return base::fail(invalid_text, "the text is not valid UTF-8");
    Cleaner cleaner(limits.allow_newlines);
    if (!for_each_code_point(nfc(text), [&](CodePoint c) { return cleaner.take(c); })) {
        return base::fail(
            invalid_text, "the text contains a control or direction-changing character"
        );
    }
    std::string cleaned = cleaner.trimmed();
    if (cleaned.empty() && !limits.allow_empty)
        return base::fail(invalid_text, "the text is empty");
    if (cleaned.size() > limits.bytes_max) return too_long(limits.bytes_max, "bytes");
    if (count_graphemes(cleaned) > limits.graphemes_max) {
        return too_long(limits.graphemes_max, "characters");
    }
    return cleaned;
}

bool is_valid_utf8(std::string_view text) {
    return for_each_code_point(text, [](CodePoint) { return true; });
}

std::size_t count_graphemes(std::string_view text) {
    std::size_t count = 0;
    CodePoint before = 0;
    utf8proc_int32_t state = 0;
    for_each_code_point(text, [&](CodePoint c) {
        if (count == 0 || utf8proc_grapheme_break_stateful(before, c, &state)) ++count;
        before = c;
        return true;
    });
    return count;
}

}  // namespace voxpop::domain
