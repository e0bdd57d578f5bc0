// What people type, made safe to store and to show: valid UTF-8, NFC, without control characters,
// not longer than a limit counted as a reader would count (grapheme clusters: 한, é and
// 👩‍👩‍👧 are one each).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace voxpop::domain {

struct TextLimits {
    std::size_t graphemes_max;
    std::size_t bytes_max;
    bool allow_newlines = true;
    bool allow_empty = false;
};

// `text` in NFC, trimmed (of invisible characters too), line breaks as LF and at most two in a row
// (as a space where newlines are not allowed), tabs as spaces; bidirectional overrides and other
// control characters are refused. Error: invalid_text, saying what is wrong and what the limit is.
[[nodiscard]] base::Result<std::string> clean_text(std::string_view text, const TextLimits& limits);

[[nodiscard]] bool is_valid_utf8(std::string_view text);

// Grapheme clusters in valid UTF-8.
[[nodiscard]] std::size_t count_graphemes(std::string_view text);

}  // namespace voxpop::domain
