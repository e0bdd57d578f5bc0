// The table of settings as text: for `voxpop config`, the sample file and docs/CONFIG.md.
#pragma once

#include <string>

#include "config/config.hpp"

namespace voxpop::config {

// `config` as a file that loads again, but for its secrets, which are hidden.
[[nodiscard]] std::string effective_file(const Config& config);

// Every setting with its meaning and default, commented out: config/voxpop.sample.toml.
[[nodiscard]] std::string sample_file();

// Tables for docs/CONFIG.md, one for each section.
[[nodiscard]] std::string reference_markdown();

}  // namespace voxpop::config
