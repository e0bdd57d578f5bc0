// The table of settings: its own rules, and the documents that repeat it.
#include "config/setting.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <set>
#include <sstream>

#include "config/describe.hpp"
#include "config/layer.hpp"
#include "config/load.hpp"

using namespace voxpop;
using namespace voxpop::config;

namespace {

std::string repository_file(const std::string& path) {
    std::ifstream in(std::string(VOXPOP_SOURCE_DIR "/") + path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("settings: names and environment names are unique", "[config]") {
    std::set<std::string> names;
    for (const auto& setting : settings()) {
        INFO(setting.name);
        CHECK(names.insert(std::string(setting.name)).second);
        CHECK(names.insert(environment_name(setting)).second);
        CHECK(setting.name.contains('.'));
    }
}

TEST_CASE("settings: every default is a value that its own row allows", "[config]") {
    const Config defaults;
    for (const auto& setting : settings()) {
        INFO(setting.name);
        if (setting.kind == Kind::secret_file) continue;
        CHECK(check_value(setting, setting.get(defaults)));
    }
}

TEST_CASE("settings: setting what was got changes nothing", "[config]") {
    const Config defaults;
    for (const auto& setting : settings()) {
        INFO(setting.name);
        Config config;
        setting.set(config, setting.get(defaults));
        CHECK(setting.get(config) == setting.get(defaults));
    }
}

TEST_CASE("settings: an environment name is the name in capitals", "[config]") {
    CHECK(environment_name(*find_setting("limits.tick")) == "VOXPOP_LIMITS_TICK");
    CHECK(
        environment_name(*find_setting("rates.votes_per_user.per_minute")) ==
        "VOXPOP_RATES_VOTES_PER_USER_PER_MINUTE"
    );
}

TEST_CASE("settings: the sample file is what `voxpop config --sample` prints", "[config][docs]") {
    CHECK(repository_file("config/voxpop.sample.toml") == sample_file());
}

TEST_CASE(
    "settings: docs/CONFIG.md holds the tables of `voxpop config --reference`", "[config][docs]"
) {
    CHECK(repository_file("docs/CONFIG.md").contains(reference_markdown()));
}

TEST_CASE(
    "settings: the sample file with every default taken in loads as the defaults", "[config]"
) {
    std::istringstream sample(sample_file());
    std::string uncommented;
    for (std::string line; std::getline(sample, line);) {
        const bool is_example =
            line.starts_with("# [[") || line.starts_with("# id = \"site-2026\"") ||
            line.starts_with("# algorithm = ") || line.starts_with("# secret_file");
        const bool is_setting = line.starts_with("# ") && line.contains(" = ") && !is_example;
        if (is_setting)
            uncommented += line.substr(2) + "\n";
        else if (line.starts_with("["))
            uncommented += line + "\n";
        // An empty file name is no file: those two have no default to take in.
        if (uncommented.ends_with("_file = \"\"\n"))
            uncommented.erase(uncommented.rfind('\n', uncommented.size() - 2) + 1);
    }
    const auto layer = read_text_layer(uncommented, "sample", "");
    INFO(uncommented << to_string(layer.problems));
    CHECK(layer.problems.empty());
    CHECK(layer.assignments.size() > 30);
    const Config defaults;
    for (const auto& given : layer.assignments) {
        INFO(given.setting->name);
        CHECK(given.value == given.setting->get(defaults));
    }
}

TEST_CASE("settings: the effective file loads again and hides secrets", "[config]") {
    const std::string secret(40, 'x');
    const auto config = load(
        {.file = {},
         .environment =
             {{"VOXPOP_AUTH_DEVICE_SECRET", secret},
              {"VOXPOP_AUTH_KEYS", "[{algorithm=\"HS256\",secret=\"" + secret + "\"}]"},
              {"VOXPOP_SITE_ORIGINS", "https://a.example, https://*.b.example:8443"},
              {"VOXPOP_LIMITS_TICK", "50ms"}},
         .overrides = {}}
    );
    REQUIRE(config);
    const std::string text = effective_file(*config);
    CHECK_FALSE(text.contains("xxxx"));
    const auto again = read_text_layer(text, "again", "");
    CHECK(again.problems.empty());
    CHECK(text.contains("tick = \"50ms\""));
    CHECK(text.contains("origins = [\"https://a.example\", \"https://*.b.example:8443\"]"));
}
