#include "cli/version.hpp"

namespace voxpop::cli {

std::string_view version() {
    return VOXPOP_VERSION;
}

std::string version_line() {
    return std::string("voxpop ").append(version());
}

}  // namespace voxpop::cli
