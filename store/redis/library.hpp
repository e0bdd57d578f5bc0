// The functions that run inside Redis (lua/*.lua), as one library.
#pragma once

#include <string>

namespace voxpop::store::redis {

// What FUNCTION LOAD takes: the files joined, with the version and this server's limits in front.
[[nodiscard]] const std::string& library_text();

// What the function vp_version of that library answers; another text has another one.
[[nodiscard]] const std::string& library_version();

}  // namespace voxpop::store::redis
