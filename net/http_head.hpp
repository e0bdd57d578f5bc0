// Where the head of an HTTP request ends, before Beast parses it. Beast joins folded header lines
// (obsolete since RFC 7230, and a way to smuggle requests past proxies); we refuse them. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace voxpop::net {

enum class HeadState : std::uint8_t { incomplete, complete, folded, too_long };

// What `bytes` hold so far.
[[nodiscard]] HeadState examine_head(std::string_view bytes);

}  // namespace voxpop::net
