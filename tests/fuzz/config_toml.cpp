// The settings file: any text is either read or refused with problems, each of which says where.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/layer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace voxpop::config;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    // The folder does not exist, so key files that the text names are looked for and not found.
    const Layer layer = read_text_layer(text, "fuzz.toml", "/nonexistent");
    for (const auto& problem : layer.problems) {
        if (!problem.where.starts_with("fuzz.toml") || problem.message.empty()) std::abort();
    }
    Config config;
    for (const auto& given : layer.assignments) {
        if (given.setting->kind == Kind::secret_file) continue;
        if (check_value(*given.setting, given.value)) given.setting->set(config, given.value);
        (void)show_value(*given.setting, given.value);
    }
    return 0;
}
