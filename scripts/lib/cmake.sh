# Configuring and building. Sourced after common.sh and install.sh.
# shellcheck shell=bash

# What users run. The tests' targets are built by ./dev test.
release_targets=(voxpop voxpop-load)

# configure_preset PRESET [OPTION…]: once; CMake itself notices later changes.
configure_preset() {
    local preset="$1"
    shift
    [ -f "build/$preset/build.ninja" ] && [ $# = 0 ] && return
    say "configuring build/$preset"
    cmake --preset "$preset" -DCMAKE_C_COMPILER_LAUNCHER=ccache \
        -DCMAKE_CXX_COMPILER_LAUNCHER=ccache "$@"
}

# build_preset PRESET [TARGET…]: configures when needed, then builds the targets, or everything.
build_preset() {
    local preset="$1"
    shift
    configure_preset "$preset"
    say "building ${*:-everything} in build/$preset"
    cmake --build "build/$preset" --parallel "$(jobs)" ${1:+--target "$@"}
}
