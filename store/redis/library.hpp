// The functions that run inside Redis (lua/*.lua), as one library.
#pragma once

#include <string>
#include <string_view>

namespace voxpop::store::redis {

// What FUNCTION LOAD takes: the files joined, with the version and this server's limits in front.
[[nodiscard]] const std::string& library_text();

// What the function vp_version of that library answers; another text has another one.
[[nodiscard]] const std::string& library_version();

// The names of the libraries of all versions, as FUNCTION LIST takes it.
inline constexpr std::string_view kAnyLibrary = "voxpop_*";

// Versions of the server run beside each other, each with its own library and functions: what a
// function of this one is called in Redis.
[[nodiscard]] std::string function_name(std::string_view name);

}  // namespace voxpop::store::redis
