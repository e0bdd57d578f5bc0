#include "net/http_target.hpp"

#include <charconv>

namespace voxpop::net {
namespace {

// Nothing for a broken escape or a NUL. In a query "+" is a space.
std::optional<std::string> decode(std::string_view text, bool query) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '+' && query) {
            c = ' ';
        } else if (c == '%') {
            unsigned value = 0;
            const auto hex = text.substr(i + 1, 2);
            const auto [end, error] =
                std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
            if (error != std::errc() || end != hex.data() + 2) return std::nullopt;
            c = static_cast<char>(value);
            i += 2;
        }
        if (c == '\0') return std::nullopt;
        out += c;
    }
    return out;
}

bool is_plain(std::string_view path) {
    if (path.empty() || path.front() != '/') return false;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto segment = path.substr(0, path.find('/'));
        const bool last = segment.size() == path.size();
        if (segment == "." || segment == ".." || (segment.empty() && !last)) return false;
        path.remove_prefix(segment.size());
    }
    return true;
}

bool parse_query(std::string_view text, HttpTarget& out) {
    while (!text.empty()) {
        const auto pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        if (pair.empty()) continue;
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = decode(pair.substr(0, equals), true);
        auto value = decode(pair.substr(std::min(equals + 1, pair.size())), true);
        if (!name || !value) return false;
        out.query.emplace_back(std::move(*name), std::move(*value));
    }
    return true;
}

}  // namespace

std::optional<HttpTarget> parse_target(std::string_view target) {
    target = target.substr(0, target.find('#'));
    const auto question = std::min(target.find('?'), target.size());
    auto path = decode(target.substr(0, question), false);
    if (!path || !is_plain(*path)) return std::nullopt;
    HttpTarget out{.path = std::move(*path), .query = {}};
    if (!parse_query(target.substr(std::min(question + 1, target.size())), out))
        return std::nullopt;
    return out;
}

}  // namespace voxpop::net
