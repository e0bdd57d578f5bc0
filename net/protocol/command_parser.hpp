// Reads commands out of a client's frame with simdjson On-Demand: one pass, no copies (strings with
// escapes are unescaped into the parser's own buffer), unknown fields ignored, fields in any order.
//
// Strict about what matters: each line is exactly one JSON object with at most one request and,
// except for `send`, an id. What is inside `data` is only delimited here; whoever uses it parses
// it.
//
// One thread. A parser is meant to be shared by all sessions of a core.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "net/protocol/command.hpp"

namespace voxpop::net::protocol {

// The bytes that must be readable, whatever they hold, behind the text that is parsed.
inline constexpr std::size_t kPadding = 64;

class CommandParser {
  public:
    CommandParser();
    ~CommandParser();

    // The command in `line`, which has kPadding readable bytes behind it. Nothing when it is not
    // one.
    [[nodiscard]] std::optional<Command> parse(std::string_view line);

  private:
    struct Impl;  // keeps simdjson's headers, and what they choose for the machine, in one file
    std::unique_ptr<Impl> impl_;
};

// Takes the next newline-separated line off `frame`. A newline that ends the frame is not followed
// by an empty line.
[[nodiscard]] std::string_view take_line(std::string_view& frame);

}  // namespace voxpop::net::protocol
