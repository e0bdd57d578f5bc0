// As a release build compiles it: an invariant is checked there as well.
#ifndef NDEBUG
#define NDEBUG
#endif
#include "base/check.hpp"

#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace voxpop::base {
namespace {

// The signal that a child of ours ends by after checking `holds`; 0 when it goes on to the end.
int signal_after_check(bool holds) {
    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);
        std::fclose(stderr);
        check(holds);
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST_CASE("check: a broken invariant ends the process in release builds too", "[base]") {
    CHECK(signal_after_check(true) == 0);
    CHECK(signal_after_check(false) == SIGABRT);
}

}  // namespace
}  // namespace voxpop::base
