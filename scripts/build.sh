#!/usr/bin/env bash
# ./dev build [PRESET]: the binaries of a preset; for release only those that users run.
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
source scripts/lib/install.sh
source scripts/lib/cmake.sh

preset="${1:-release}"
case "$preset" in
    release) need build test && build_preset release "${release_targets[@]}" ;;
    dev | asan | tsan) need build test && build_preset "$preset" ;;
    bench) need build bench && build_preset bench ;;
    fuzz) need build fuzz && build_preset fuzz fuzzers ;;
    *) die "no preset '$preset': release, dev, bench, asan, tsan or fuzz" ;;
esac
