// The table of settings. One row drives the file, the environment, `voxpop config` and
// docs/CONFIG.md: whoever adds a setting adds a member to config.hpp and a row to settings.cpp.
//
// Names are "section.key". In the file the section is a TOML table; in the environment the name is
// in capitals with underscores: limits.tick is VOXPOP_LIMITS_TICK. Durations are texts with a unit
// ("250ms", "5s", "5min", "2h"); sizes are numbers of bytes, and their names end so.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.hpp"

namespace voxpop::config {

enum class Kind : std::uint8_t {
    text,
    path,  // relative to the file's folder when it stands in the file
    store_url,
    secret,       // never shown
    secret_file,  // a file whose content becomes the secret of the row before
    integer,
    boolean,
    duration,  // held as milliseconds
    address,   // IP address and port
    log_level,
    acknowledgement,
    origins,
    networks,  // IP addresses and blocks of them
    keys,
};

using Value =
    std::variant<std::string, std::int64_t, bool, std::vector<std::string>, std::vector<TokenKey>>;

struct Setting {
    std::string_view name;
    Kind kind = Kind::text;
    std::int64_t least = 0;  // integer; duration in milliseconds; secret in bytes
    std::int64_t most = 0;
    Value (*get)(const Config&) = nullptr;
    void (*set)(Config&, const Value&) = nullptr;  // of a value that check() let pass
    std::string_view help;                         // one line
};

// In the order of the documentation; settings of one section stand together.
[[nodiscard]] std::span<const Setting> settings();

// Null when there is none.
[[nodiscard]] const Setting* find_setting(std::string_view name);

[[nodiscard]] std::string environment_name(const Setting& setting);

// The value that `text` stands for in the environment or a flag. The error says what is expected
// and, for anything but a secret, what came instead.
[[nodiscard]] std::expected<Value, std::string> parse_value(
    const Setting& setting, const std::string& text
);

// Whether a value of the right type is allowed. The error names the allowed range.
[[nodiscard]] std::expected<void, std::string> check_value(
    const Setting& setting, const Value& value
);

// What the setting takes, in words: "10ms to 10s", "true or false".
[[nodiscard]] std::string allowed(const Setting& setting);

// As it would stand in the file; a secret as "" or "***".
[[nodiscard]] std::string show_value(const Setting& setting, const Value& value);

}  // namespace voxpop::config
