#include "base/json_writer.hpp"

#include "base/check.hpp"

namespace voxpop::base {

void append_json_string(std::string& out, std::string_view text) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    out += '"';
    std::size_t clean_from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        out.append(text.substr(clean_from, i - clean_from));
        clean_from = i + 1;
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                out += "\\u00";
                out += kHex[c >> 4];
                out += kHex[c & 15];
        }
    }
    out.append(text.substr(clean_from));
    out += '"';
}

JsonWriter& JsonWriter::end() {
    check(!closers_.empty());
    out_ += closers_.back();
    closers_.pop_back();
    first_ = false;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    comma();
    append_json_string(out_, name);
    out_ += ':';
    after_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    comma();
    append_json_string(out_, text);
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    comma();
    out_ += json;
    return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
    comma();
    out_ += bracket;
    closers_ += bracket == '{' ? '}' : ']';
    first_ = true;
    return *this;
}

void JsonWriter::comma() {
    if (after_key_) {
        after_key_ = false;
    } else if (!first_) {
        out_ += ',';
    }
    first_ = false;
}

}  // namespace voxpop::base
