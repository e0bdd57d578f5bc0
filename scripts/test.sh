#!/usr/bin/env bash
# ./dev test [--list] [--preset P] [FILTER|faults]: see ./dev help. Suites are the names of CTest (one a
# binary), and one per file of tests/docs, tests/loadtest, tests/system and tests/web: "system/recovery".
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
source scripts/lib/install.sh
source scripts/lib/cmake.sh
source scripts/lib/suites.sh

preset=release
filter="."  # a regular expression; an empty one would match nothing for CTest
list=""
while [ $# -gt 0 ]; do
    case "$1" in
        --list) list=1 ;;
        --preset) preset="${2:?--preset needs a name}" && shift ;;
        -*) die "no option '$1'; './dev help' lists them" ;;
        *) filter="$1" ;;
    esac
    shift
done

# The names of the node suites that match; the long ones only under "faults".
node_suites() {
    local file name
    for file in tests/{docs,loadtest,system,web}/*.test.mjs; do
        [ -f "$file" ] || continue
        name="${file#tests/}"
        name="${name%.test.mjs}"
        case "$name" in
            *faults*) [[ "$filter" == *faults* ]] || continue ;;
        esac
        if [[ "$name" =~ $filter ]]; then echo "$name"; fi
    done
}

ctest_names() {
    ctest --test-dir "build/$preset" --show-only --tests-regex "$filter" | sed -n 's/^ *Test *#[0-9]*: //p'
}

need build test
export VOXPOP_BIN="${VOXPOP_BIN:-$root/build/release/voxpop}"
if [ "$preset" = release ] && ! grep -qs '^VOXPOP_TESTS:.*=ON$' build/release/CMakeCache.txt; then
    configure_preset release -DVOXPOP_TESTS=ON
fi
build_preset "$preset"

units="$(ctest_names)"
suites=""
[ "$preset" != release ] || suites="$(node_suites)"
if [ -n "$list" ]; then
    printf '%s\n' "$units" "$suites" | sed '/^$/d'
    exit
fi
[ -n "$units$suites" ] || die "no suite matches '$filter'; './dev test --list' shows them"

[ -z "$units" ] || run_ctest "$preset" "$filter"
for suite in $suites; do
    say "$suite"
    need_npm tests
    need_npm "tests/${suite%%/*}"
    run_node "$suite" "tests/$suite.test.mjs"
done
summarise
