// The layer that comes from the TOML file.
#include <toml++/toml.h>

#include <algorithm>

#include "config/duration.hpp"
#include "config/layer.hpp"
#include "config/nearest.hpp"
#include "config/small_file.hpp"
#include "config/toml_keys.hpp"
#include "config/toml_text.hpp"

namespace voxpop::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = 1024 * 1024;

// Names of settings, and of the tables they stand in: "rates", "rates.votes_per_user".
std::vector<std::string_view> known_names() {
    std::vector<std::string_view> names;
    for (const auto& setting : settings()) {
        names.push_back(setting.name);
        for (auto dot = setting.name.find('.'); dot != std::string_view::npos;
             dot = setting.name.find('.', dot + 1)) {
            names.push_back(setting.name.substr(0, dot));
        }
    }
    return names;
}

bool is_table_name(std::string_view name) {
    return std::ranges::any_of(settings(), [&](const Setting& setting) {
        return setting.name.size() > name.size() && setting.name.starts_with(name) &&
               setting.name[name.size()] == '.';
    });
}

std::string_view describe(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "a list";
        case toml::node_type::string:
            return "a text";
        case toml::node_type::integer:
            return "a whole number";
        case toml::node_type::floating_point:
            return "a number with a fraction";
        case toml::node_type::boolean:
            return "true or false";
        default:
            return "a date or time";
    }
}

// A relative path in the file means a file beside it.
std::string resolve(const Setting& setting, const std::string& text, const fs::path& folder) {
    constexpr std::string_view kSqlite = "sqlite:";
    if (text.empty()) return text;
    if (setting.kind == Kind::path || setting.kind == Kind::secret_file) return folder / text;
    if (setting.kind == Kind::store_url && text.starts_with(kSqlite) &&
        text.size() > kSqlite.size())
        return std::string(kSqlite) + (folder / text.substr(kSqlite.size())).string();
    return text;
}

class Reader {
  public:
    Reader(std::string name, fs::path folder)
        : name_(std::move(name)), folder_(std::move(folder)) {}

    void read_table(const toml::table& table, const std::string& prefix) {
        for (const auto& [key, node] : table) {
            const std::string name = prefix + std::string(key.str());
            const unsigned line = key.source().begin.line;
            if (const Setting* setting = find_setting(name))
                read_setting(*setting, node, line);
            else if (is_table_name(name))
                read_section(name, node, line);
            else
                complain(
                    line, "unknown setting " + toml_quoted(name) + "; did you mean \"" +
                              std::string(nearest(name, known_names())) + "\"?"
                );
        }
    }

    void complain(unsigned line, std::string message) {
        layer_.problems.push_back({where(line), std::move(message)});
    }

    Layer take() { return std::move(layer_); }

  private:
    [[nodiscard]] std::string where(unsigned line) const {
        return line == 0 ? name_ : name_ + ":" + std::to_string(line);
    }

    void read_section(const std::string& name, const toml::node& node, unsigned line) {
        if (const toml::table* inner = node.as_table())
            read_table(*inner, name + ".");
        else
            complain(line, name + ": expected a table, not " + std::string(describe(node)));
    }

    void read_setting(const Setting& setting, const toml::node& node, unsigned line) {
        if (setting.kind == Kind::keys) return read_key_list(setting, node);
        auto value = value_of(setting, node);
        if (!value) return complain(line, std::string(setting.name) + ": " + value.error());
        layer_.assignments.push_back({&setting, std::move(*value), where(line)});
    }

    void read_key_list(const Setting& setting, const toml::node& node) {
        auto keys = read_keys(node, folder_);
        if (!keys) return complain(keys.error().line, std::move(keys.error().message));
        const unsigned line = node.source().begin.line;
        layer_.assignments.push_back({&setting, std::move(*keys), where(line)});
    }

    std::expected<Value, std::string> value_of(const Setting& setting, const toml::node& node)
        const {
        const auto wrong = std::unexpected(
            "expected " + allowed(setting) + ", not " + std::string(describe(node))
        );
        switch (setting.kind) {
            case Kind::integer:
                if (!node.is_integer()) return wrong;
                return node.as_integer()->get();
            case Kind::boolean:
                if (!node.is_boolean()) return wrong;
                return node.as_boolean()->get();
            case Kind::duration:
                if (!node.is_string()) return wrong;
                return parse_value(setting, node.as_string()->get());
            case Kind::origins:
            case Kind::networks: {
                if (!node.is_array()) return wrong;
                std::vector<std::string> items;
                for (const auto& item : *node.as_array()) {
                    if (!item.is_string()) return wrong;
                    items.push_back(item.as_string()->get());
                }
                return items;
            }
            default:
                if (!node.is_string()) return wrong;
                return resolve(setting, node.as_string()->get(), folder_);
        }
    }

    std::string name_;
    fs::path folder_;
    Layer layer_;
};

}  // namespace

Layer read_text_layer(std::string_view text, const std::string& name, const fs::path& folder) {
    Reader reader(name, folder);
    try {
        reader.read_table(toml::parse(text), "");
    } catch (const toml::parse_error& error) {
        reader.complain(error.source().begin.line, std::string(error.description()));
    }
    return reader.take();
}

Layer read_file_layer(const fs::path& file) {
    const auto text = read_small_file(file, kFileBytesMax);
    if (!text) return {{}, {{"--config", text.error()}}};
    return read_text_layer(*text, file.string(), file.parent_path());
}

}  // namespace voxpop::config
