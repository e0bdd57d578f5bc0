// How many files and sockets this process may have open. Shells and systemd start programs with a
// soft limit of 1,024, for the sake of programs that use select(), and allow many more to those who
// ask. Call while starting up, before there are threads; processes forked later inherit it.
#pragma once

#include <cstdint>

namespace voxpop::base {

// Raises the soft limit to the hard one and gives what holds then.
std::uint64_t raise_descriptor_limit();

}  // namespace voxpop::base
