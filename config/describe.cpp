#include "config/describe.hpp"

#include "config/setting.hpp"

namespace voxpop::config {
namespace {

constexpr std::string_view kSampleHead =
    "# Voxpop's settings with their defaults. Copy this file, take away the # before what you "
    "change, and\n"
    "# start with: voxpop serve --config FILE\n"
    "# The environment (limits.tick is VOXPOP_LIMITS_TICK) and flags go before the file.\n"
    "# Relative paths are relative to the folder of this file. Docs: docs/CONFIG.md\n";

constexpr std::string_view kKeysSample =
    "# [[auth.keys]]\n"
    "# id = \"site-2026\"             # the token's kid; leave it out for tokens without one\n"
    "# algorithm = \"HS256\"          # or RS256, ES256 with public_key_file = \"site.pem\"\n"
    "# secret_file = \"site.secret\"  # or secret = \"…\"; at least 32 bytes\n";

// "rates.votes_per_user.burst" stands in the table "rates.votes_per_user" as "burst".
std::string_view table_of(const Setting& setting) {
    return setting.name.substr(0, setting.name.rfind('.'));
}
std::string_view key_of(const Setting& setting) {
    return setting.name.substr(setting.name.rfind('.') + 1);
}
std::string_view section_of(const Setting& setting) {
    return setting.name.substr(0, setting.name.find('.'));
}

// Opens the setting's table unless it is the one before it.
void open_table(std::string& out, std::string_view& open, const Setting& setting) {
    if (open == table_of(setting)) return;
    open = table_of(setting);
    out.append("\n[").append(open).append("]\n");
}

std::string markdown_cell(std::string text) {
    for (auto at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2))
        text.insert(at, "\\");
    return text;
}

}  // namespace

std::string effective_file(const Config& config) {
    std::string out;
    std::string_view open;
    for (const auto& setting : settings()) {
        if (setting.kind == Kind::secret_file) continue;
        const std::string value = show_value(setting, setting.get(config));
        open_table(out, open, setting);
        const bool secret = setting.kind == Kind::secret || setting.kind == Kind::keys ||
                            setting.kind == Kind::store_url;
        // A hidden secret must not be loaded as if it were one.
        if (secret && value.contains("***")) out += "# ";
        out.append(key_of(setting)).append(" = ").append(value).append("\n");
    }
    return out.substr(1);
}

std::string sample_file() {
    const Config defaults;
    std::string out(kSampleHead);
    std::string_view open;
    for (const auto& setting : settings()) {
        if (setting.kind == Kind::keys) continue;
        open_table(out, open, setting);
        out.append("# ").append(setting.help).append("\n");
        const std::string value = show_value(setting, setting.get(defaults));
        out.append("# ").append(key_of(setting)).append(" = ").append(value);
        if (setting.kind == Kind::integer || setting.kind == Kind::duration)
            out.append("  # ").append(allowed(setting));
        out += "\n";
        if (setting.name == "auth.token_ttl_max")
            out.append("\n# The keys that sign the site's connection tokens.\n")
                .append(kKeysSample);
    }
    return out;
}

std::string reference_markdown() {
    const Config defaults;
    std::string out;
    std::string_view section;
    for (const auto& setting : settings()) {
        if (section != section_of(setting)) {
            section = section_of(setting);
            out.append("\n### ").append(section).append(
                "\n\n| setting | default | allowed | meaning |\n|---|---|---|---|\n"
            );
        }
        out.append("| `").append(setting.name).append("` | `");
        out.append(show_value(setting, setting.get(defaults))).append("` | ");
        out.append(markdown_cell(allowed(setting))).append(" | ");
        out.append(markdown_cell(std::string(setting.help))).append(" |\n");
    }
    return out.substr(1);
}

}  // namespace voxpop::config
