// Values of settings: from text, within their bounds, and back to text.
#include <charconv>
#include <system_error>
#include <utility>

#include "base/ids.hpp"
#include "base/ip_network.hpp"
#include "config/duration.hpp"
#include "config/keys.hpp"
#include "config/listen.hpp"
#include "config/origin.hpp"
#include "config/setting.hpp"
#include "config/store_location.hpp"
#include "config/toml_text.hpp"

namespace voxpop::config {
namespace {

using Checked = std::expected<void, std::string>;

std::unexpected<std::string> expected_instead(const Setting& setting, const std::string& text) {
    return std::unexpected("expected " + allowed(setting) + ", not '" + text + "'");
}

std::expected<Value, std::string> parse_integer(const Setting& setting, const std::string& text) {
    std::int64_t number = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    if (error != std::errc{} || end != last) return expected_instead(setting, text);
    return number;
}

std::expected<Value, std::string> parse_boolean(const Setting& setting, const std::string& text) {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    return expected_instead(setting, text);
}

// "a, b,c": what an environment variable can hold of a list.
std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        std::string_view item = text.substr(0, comma);
        while (item.starts_with(' ')) item.remove_prefix(1);
        while (item.ends_with(' ')) item.remove_suffix(1);
        if (!item.empty()) items.emplace_back(item);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return items;
}

Checked check_range(const Setting& setting, std::int64_t number) {
    if (number >= setting.least && number <= setting.most) return {};
    const bool is_duration = setting.kind == Kind::duration;
    return expected_instead(
        setting, is_duration ? to_string(base::Millis(number)) : std::to_string(number)
    );
}

Checked check_text(const Setting& setting, const std::string& text) {
    switch (setting.kind) {
        case Kind::address:
            if (auto listen = parse_listen(text); !listen) return std::unexpected(listen.error());
            return {};
        case Kind::log_level: {
            base::LogLevel level{};
            if (!base::parse_log_level(text, level)) return expected_instead(setting, text);
            return {};
        }
        case Kind::acknowledgement:
            if (text != "stored" && text != "replicated") return expected_instead(setting, text);
            return {};
        case Kind::store_url:
            if (text.empty()) return {};
            if (auto store = locate_store({.url = text, .data_dir = "."}); !store)
                return std::unexpected(store.error());
            return {};
        case Kind::secret:
        case Kind::secret_file:  // the content by now
            if (text.empty() && setting.kind == Kind::secret) return {};
            if (std::cmp_less(text.size(), setting.least) ||
                std::cmp_greater(text.size(), setting.most))
                return std::unexpected("expected " + allowed(setting));
            return {};
        case Kind::path:
            if (text.empty()) return expected_instead(setting, text);
            return {};
        default:
            if (!base::is_valid_id(text)) return expected_instead(setting, text);
            return {};
    }
}

Checked check_networks(const Setting& setting, const std::vector<std::string>& networks) {
    for (const auto& text : networks) {
        if (!base::IpNetwork::parse(text)) return expected_instead(setting, text);
    }
    return {};
}

Checked check_origins(const std::vector<std::string>& origins) {
    for (const auto& text : origins) {
        if (auto pattern = OriginPattern::parse(text); !pattern)
            return std::unexpected(pattern.error());
    }
    return {};
}

std::string show_text(const Setting& setting, const std::string& text) {
    const bool hidden = setting.kind == Kind::secret || setting.kind == Kind::secret_file;
    if (hidden && !text.empty()) return toml_quoted("***");
    return toml_quoted(setting.kind == Kind::store_url ? without_password(text) : text);
}

std::string show_list(const std::vector<std::string>& items) {
    std::string out = "[";
    for (const auto& item : items) out += (out.size() > 1 ? ", " : "") + toml_quoted(item);
    return out + "]";
}

}  // namespace

std::expected<Value, std::string> parse_value(const Setting& setting, const std::string& text) {
    switch (setting.kind) {
        case Kind::integer:
            return parse_integer(setting, text);
        case Kind::boolean:
            return parse_boolean(setting, text);
        case Kind::duration: {
            const auto duration = parse_duration(text);
            if (!duration) return expected_instead(setting, text);
            return std::int64_t{duration->count()};
        }
        case Kind::origins:
        case Kind::networks:
            return split_list(text);
        case Kind::keys:
            return parse_keys_text(text);
        default:
            return text;
    }
}

Checked check_value(const Setting& setting, const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value))
        return check_range(setting, *number);
    if (const auto* text = std::get_if<std::string>(&value)) return check_text(setting, *text);
    if (const auto* list = std::get_if<std::vector<std::string>>(&value))
        return setting.kind == Kind::networks ? check_networks(setting, *list)
                                              : check_origins(*list);
    return {};  // keys are checked as they are read
}

std::string allowed(const Setting& setting) {
    switch (setting.kind) {
        case Kind::integer:
            return "a whole number from " + std::to_string(setting.least) + " to " +
                   std::to_string(setting.most);
        case Kind::duration:
            return "a duration from " + to_string(base::Millis(setting.least)) + " to " +
                   to_string(base::Millis(setting.most));
        case Kind::secret:
        case Kind::secret_file:
            return (setting.kind == Kind::secret ? "" : "a file of ") +
                   std::to_string(setting.least) + " to " + std::to_string(setting.most) + " bytes";
        case Kind::boolean:
            return "true or false";
        case Kind::address:
            return "an IP address and a port";
        case Kind::log_level:
            return "debug, info, warn, error or off";
        case Kind::acknowledgement:
            return "stored or replicated";
        case Kind::origins:
            return "a list of origins";
        case Kind::networks:
            return "a list of IP addresses and blocks";
        case Kind::keys:
            return "a list of tables";
        case Kind::path:
            return "a path";
        case Kind::store_url:
            return "sqlite:PATH, memory: or redis://HOST:PORT";
        case Kind::text:
            return "1 to 64 of A-Z a-z 0-9 . _ ~ - | @ + = and (not first) / :";
    }
    return {};
}

std::string show_value(const Setting& setting, const Value& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* text = std::get_if<std::string>(&value)) return show_text(setting, *text);
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return show_list(*list);
    if (const auto* keys = std::get_if<std::vector<TokenKey>>(&value)) return show_keys(*keys);
    const auto number = std::get<std::int64_t>(value);
    if (setting.kind == Kind::duration) return toml_quoted(to_string(base::Millis(number)));
    return std::to_string(number);
}

std::string environment_name(const Setting& setting) {
    std::string name = "VOXPOP_";
    for (const char c : setting.name) {
        const bool is_lower = c >= 'a' && c <= 'z';
        name += is_lower ? static_cast<char>(c - 'a' + 'A') : '_';
    }
    return name;
}

}  // namespace voxpop::config
