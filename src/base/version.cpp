#include "base/version.hpp"

namespace voxpop::base {

std::string_view version() {
    return VOXPOP_VERSION;
}

std::string version_line() {
    return std::string("voxpop ").append(version());
}

}  // namespace voxpop::base
