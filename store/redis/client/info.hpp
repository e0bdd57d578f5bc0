// The text that INFO answers with.
#pragma once

#include <algorithm>
#include <string_view>

namespace voxpop::store::redis {

// "key:value\r\n…" → value of `key`; empty where there is none.
[[nodiscard]] inline std::string_view info_field(std::string_view info, std::string_view key) {
    while (!info.empty()) {
        const auto end = std::min(info.find("\r\n"), info.size());
        const auto line = info.substr(0, end);
        if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ':')
            return line.substr(key.size() + 1);
        info.remove_prefix(std::min(end + 2, info.size()));
    }
    return {};
}

}  // namespace voxpop::store::redis
