#include "config/load.hpp"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "config/duration.hpp"
#include "config/small_file.hpp"

namespace voxpop::config {
namespace {

constexpr std::string_view kFileSuffix = "_file";

class Loader {
  public:
    void apply(Layer layer) {
        for (auto& problem : layer.problems) problems_.push_back(std::move(problem));
        for (const auto& assignment : layer.assignments) {
            refuse_both_ways(assignment, layer.assignments);
            assign(assignment);
        }
    }

    std::expected<Config, std::vector<Problem>> finish() {
        if (problems_.empty()) settle();
        if (!problems_.empty()) return std::unexpected(std::move(problems_));
        return std::move(config_);
    }

  private:
    void assign(const Assignment& given) {
        const Setting& setting = *given.setting;
        Value value = given.value;
        if (setting.kind == Kind::secret_file) {
            auto content = read_secret_text(std::get<std::string>(value));
            if (!content) return complain(given, content.error());
            value = std::move(*content);
        }
        if (const auto checked = check_value(setting, value); !checked)
            return complain(given, checked.error());
        setting.set(config_, value);
        set_.insert(setting.name);
    }

    // A secret and its file in one layer: which one holds would be a guess.
    void refuse_both_ways(const Assignment& given, const std::vector<Assignment>& all) {
        if (given.setting->kind != Kind::secret_file) return;
        const auto name = given.setting->name;
        const auto direct = name.substr(0, name.size() - kFileSuffix.size());
        const bool both = std::ranges::any_of(all, [&](const Assignment& other) {
            return other.setting->name == direct;
        });
        if (both) complain(given, "give either the secret or its file, not both");
    }

    // The message names the setting where the place does not.
    void complain(const Assignment& given, const std::string& message) {
        const std::string name(given.setting->name);
        const bool named =
            given.where == environment_name(*given.setting) || given.where.starts_with('-');
        problems_.push_back({given.where, named ? message : name + ": " + message});
    }

    // What follows from several settings together.
    void settle() {
        if (config_.dev && !set_.contains("rates.exempt_loopback"))
            config_.rates.exempt_loopback = true;
        if (config_.limits.pong_timeout >= config_.limits.ping_interval) {
            problems_.push_back(
                {"limits.pong_timeout", "must be shorter than limits.ping_interval (" +
                                            to_string(config_.limits.ping_interval) + "), not " +
                                            to_string(config_.limits.pong_timeout)}
            );
        }
    }

    Config config_;
    std::vector<Problem> problems_;
    std::set<std::string_view> set_;
};

std::optional<std::filesystem::path> file_of(const Sources& sources) {
    if (sources.file) return sources.file;
    for (const auto& [name, value] : sources.environment) {
        if (name == "VOXPOP_CONFIG" && !value.empty()) return value;
    }
    return std::nullopt;
}

}  // namespace

std::expected<Config, std::vector<Problem>> load(const Sources& sources) {
    Loader loader;
    if (const auto file = file_of(sources)) loader.apply(read_file_layer(*file));
    loader.apply(read_environment_layer(sources.environment));
    loader.apply(read_override_layer(sources.overrides));
    return loader.finish();
}

Variables process_environment() {
    Variables variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = std::min(text.find('='), text.size());
        variables.emplace_back(
            text.substr(0, equals), text.substr(std::min(equals + 1, text.size()))
        );
    }
    return variables;
}

std::string to_string(const std::vector<Problem>& problems) {
    std::string out;
    for (const auto& [where, message] : problems) {
        if (!out.empty()) out += '\n';
        out += where + ": " + message;
    }
    return out;
}

}  // namespace voxpop::config
