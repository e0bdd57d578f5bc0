// Writes JSON into a string, left to right: commas come by themselves, strings are escaped, nothing
// is checked twice. The output has no raw newline, as the wire's newline-separated framing needs.
//
//   JsonWriter out;
//   out.object().field("version", 7).key("options").object().field("pro", 3).end().end();
//   out.str() == R"({"version":7,"options":{"pro":3}})"
//
// Strings must be valid UTF-8 (text is checked when it comes in). One thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace voxpop::base {

// Appends `text` in quotes, with what JSON demands escaped.
void append_json_string(std::string& out, std::string_view text);

class JsonWriter {
  public:
    JsonWriter& object() { return open('{'); }
    JsonWriter& array() { return open('['); }
    // Closes the innermost object or array.
    JsonWriter& end();

    JsonWriter& key(std::string_view name);
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
    JsonWriter& value(std::same_as<bool> auto flag) { return raw(flag ? "true" : "false"); }
    JsonWriter& value(std::integral auto number)
        requires(!std::same_as<decltype(number), bool>)
    {
        return raw(std::to_string(number));
    }
    JsonWriter& null() { return raw("null"); }
    // A value that is JSON already.
    JsonWriter& raw(std::string_view json);

    JsonWriter& field(std::string_view name, const auto& v) { return key(name).value(v); }
    JsonWriter& raw_field(std::string_view name, std::string_view json) {
        return key(name).raw(json);
    }

    [[nodiscard]] const std::string& str() const { return out_; }
    // Starts over and keeps the memory.
    void clear() {
        out_.clear();
        closers_.clear();
        first_ = true;
        after_key_ = false;
    }
    [[nodiscard]] std::string take() { return std::move(out_); }

  private:
    JsonWriter& open(char bracket);
    void comma();

    std::string out_;
    std::string closers_;  // one closing bracket per open level
    bool first_ = true;
    bool after_key_ = false;
};

}  // namespace voxpop::base
