// The layers whose values are text: environment and flags.
#include "config/layer.hpp"
#include "config/nearest.hpp"
#include "config/toml_text.hpp"

namespace voxpop::config {
namespace {

constexpr std::string_view kPrefix = "VOXPOP_";
constexpr std::string_view kConfigVariable = "VOXPOP_CONFIG";

void add(Layer& layer, const Setting& setting, const std::string& text, const std::string& where) {
    auto value = parse_value(setting, text);
    if (value)
        layer.assignments.push_back({&setting, std::move(*value), where});
    else
        layer.problems.push_back({where, std::move(value.error())});
}

const Setting* find_variable(std::string_view name) {
    for (const auto& setting : settings()) {
        if (environment_name(setting) == name) return &setting;
    }
    return nullptr;
}

std::string nearest_variable(std::string_view name) {
    std::vector<std::string> names{std::string(kConfigVariable)};
    for (const auto& setting : settings()) names.push_back(environment_name(setting));
    return std::string(nearest(name, {names.begin(), names.end()}));
}

std::string nearest_setting(std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& setting : settings()) names.push_back(setting.name);
    return std::string(nearest(name, names));
}

}  // namespace

Layer read_environment_layer(const Variables& variables) {
    Layer layer;
    for (const auto& [name, text] : variables) {
        if (!name.starts_with(kPrefix) || name == kConfigVariable) continue;
        if (const Setting* setting = find_variable(name)) {
            add(layer, *setting, text, name);
            continue;
        }
        layer.problems.push_back(
            {name,
             "unknown setting in the environment; did you mean " + nearest_variable(name) + "?"}
        );
    }
    return layer;
}

Layer read_override_layer(const std::vector<Override>& overrides) {
    Layer layer;
    for (const auto& given : overrides) {
        if (const Setting* setting = find_setting(given.setting)) {
            add(layer, *setting, given.value, given.flag);
            continue;
        }
        layer.problems.push_back(
            {given.flag, "unknown setting " + toml_quoted(given.setting) + "; did you mean \"" +
                             nearest_setting(given.setting) + "\"?"}
        );
    }
    return layer;
}

}  // namespace voxpop::config
