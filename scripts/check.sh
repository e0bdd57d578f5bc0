#!/usr/bin/env bash
# ./dev check [NAME…]: runs scripts/check/NAME.sh of each, all of them by default. A check prints what is
# wrong as FILE:LINE: words, and fails if it printed anything. scripts/selftest.sh sees each of them fail.
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
source scripts/lib/install.sh
source scripts/lib/cmake.sh
source scripts/lib/suites.sh

names=("$@")
[ ${#names[@]} -gt 0 ] || names=(format layers lengths paths selftest docs headers tidy)

need build test check
passed=0
failed=0
for name in "${names[@]}"; do
    say "check: $name"
    case "$name" in
        docs)
            need_npm tests
            run_node docs tests/docs/*.test.mjs
            continue
            ;;
        selftest) script=scripts/selftest.sh ;;
        *) script="scripts/check/$name.sh" ;;
    esac
    [ -x "$script" ] || die "no check '$name'"
    if "$script"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
report check "$passed" "$failed"
summarise
