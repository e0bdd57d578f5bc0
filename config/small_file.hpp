// Reads the files that settings name: keys and secrets. Blocking; while starting.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>

namespace voxpop::config {

// A plain file's content of at most `bytes_max`. The error says which file and why.
[[nodiscard]] std::expected<std::string, std::string> read_small_file(
    const std::filesystem::path& file, std::size_t bytes_max
);

// The same without the white space at its end, which editors leave behind.
[[nodiscard]] std::expected<std::string, std::string> read_secret_text(
    const std::filesystem::path& file
);

}  // namespace voxpop::config
