// One source of settings (the file, the environment, the flags) as a list of assignments that
// load() lays over the defaults. Problems are collected, so that an operator sees all of them at
// once.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/problem.hpp"
#include "config/setting.hpp"

namespace voxpop::config {

struct Assignment {
    const Setting* setting = nullptr;
    Value value;
    std::string where;
};

struct Layer {
    std::vector<Assignment> assignments;
    std::vector<Problem> problems;
};

using Variables = std::vector<std::pair<std::string, std::string>>;

// A setting given on the command line.
struct Override {
    std::string setting;  // "server.listen"
    std::string value;
    std::string flag;  // "--listen": what the operator typed, for error messages
};

[[nodiscard]] Layer read_file_layer(const std::filesystem::path& file);

// The text of a file; `name` for messages, `folder` for relative paths in it. Takes any input.
[[nodiscard]] Layer read_text_layer(
    std::string_view text, const std::string& name, const std::filesystem::path& folder
);

// All VOXPOP_… variables except VOXPOP_CONFIG, which names the file.
[[nodiscard]] Layer read_environment_layer(const Variables& variables);

[[nodiscard]] Layer read_override_layer(const std::vector<Override>& overrides);

}  // namespace voxpop::config
