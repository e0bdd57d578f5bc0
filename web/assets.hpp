// The pages, scripts and styles that the binary serves, from its own memory: everything is bundled
// and embedded when it is built, so a running server reads no files and can be copied as one.
//
// Paths are those of URLs: "/", "/en", "/moderate", "/embed.js", "/assets/article-4FJX2K7Q.css".
// What lies below /assets has a hash of its content in its name and never changes; the rest is
// asked for again with its ETag. Any thread; everything here is constant.
#pragma once

#include <optional>
#include <string_view>

namespace voxpop::web {

struct Asset {
    std::string_view path;
    std::string_view content_type;
    std::string_view etag;  // quoted, as in the header
    std::string_view bytes;
    bool immutable = false;  // may be cached for ever
};

// The asset at exactly this path. The views live as long as the process.
[[nodiscard]] std::optional<Asset> find_asset(std::string_view path);

}  // namespace voxpop::web
