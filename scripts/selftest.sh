#!/usr/bin/env bash
# Sees each check fail: a small repository with one thing wrong must be refused with the words expected, and
# the same repository without it must pass. So no check can rot into one that lets everything through.
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
source scripts/lib/suites.sh

scratch="$(mktemp -d)"
at_exit_remove+=("$scratch")
git init -q "$scratch"
mkdir -p "$scratch/src/domain" "$scratch/net" "$scratch/store" "$scratch/scripts"
cp -r scripts/. "$scratch/scripts/"
cp .clang-format .clang-tidy "$scratch/"
failures=0

wrong() {
    echo "scripts/selftest.sh: $*"
    failures=$((failures + 1))
}

# expect_clean CHECK: passes on the scratch repository as it is.
expect_clean() {
    local said
    said="$(cd "$scratch" && "scripts/check/$1.sh" 2>&1)" || wrong "$1 refuses what is right: $said"
}

# expect_refusal CHECK WORDS FILE FORMAT [ARGUMENT]: refuses the repository with that file in it, and says WORDS.
expect_refusal() {
    local said
    mkdir -p "$scratch/$(dirname "$3")"
    printf "$4" "${@:5}" >"$scratch/$3"
    (cd "$scratch" && git add -A)
    if said="$(cd "$scratch" && "scripts/check/$1.sh" 2>&1)"; then
        wrong "$1 lets $3 pass"
    elif [[ "$said" != *"$2"* ]]; then
        wrong "$1 refuses $3 with other words: $said"
    fi
    rm "$scratch/$3"
    (cd "$scratch" && git add -A)
}

expect_counts() {
    local wanted="$1" said
    printf "$3" >"$scratch/log"
    said="$("$2" "$scratch/log")"
    [ "$said" = "$wanted" ] || wrong "$2 counts '$said' where '$wanted' is right"
}

(cd "$scratch" && git add -A)
for check in format layers lengths paths; do expect_clean "$check"; done
expect_refusal format src/domain/a.cpp: src/domain/a.cpp 'int  a;\n'
expect_refusal layers 'net must not include "store/x.hpp"' net/a.cpp '#include "store/x.hpp"\n'
expect_refusal layers 'store must not include "net/x.hpp"' store/a.hpp '#include "net/x.hpp"\n'
expect_refusal layers 'domain must not include "app/x.hpp"' src/domain/a.cpp '#include "app/x.hpp"\n'
expect_refusal layers 'domain does no I/O' src/domain/a.cpp '#include <boost/asio/post.hpp>\n'
expect_refusal layers 'takes assert() out' net/a.cpp '#include <cassert>\n'
expect_refusal layers 'reads no clock' src/domain/a.cpp 'auto a = std::chrono::steady_clock::now();\n'
expect_refusal lengths 'longer than 500' net/a.cpp "$(yes '//' | head -n 501 | sed 's/$/\\n/' | tr -d '\n')"
expect_refusal paths 'a path of one machine' docs/a.md 'see /%s/somebody\n' home
expect_refusal paths 'names a registry host' web/package-lock.json '"resolved": "https://host.example/a.tgz"\n'
expect_refusal paths 'left open' net/a.cpp '// %s: later\n' 'TO''DO'

# The linter, with the rules of the root, on one file that breaks one of them.
printf 'int* leak() { return new int; }\nint zero(int a) { if (a) return 1; else return 0; }\n' >"$scratch/t.cpp"
tidied="$(cd "$scratch" && clang-tidy-19 --quiet t.cpp -- -std=c++23 2>/dev/null)" || true
[[ "$tidied" == *else-after-return* ]] || wrong "clang-tidy finds nothing in a file that breaks its rules"

catch_passed='1: All tests passed (90 assertions in 7 test cases)\n1/1 Test  #1: domain ....   Passed    0.21 sec\n'
catch_failed='1: test cases:  7 |  5 passed |  2 failed\n1/1 Test  #1: domain ....***Failed    0.21 sec\n'
crashed='1: All tests passed (9 assertions in 3 test cases)\n1/1 Test  #1: net ...***Exception: SegFault  0.2 sec\n'
plain='2/2 Test  #2: fuzz_frame ....   Passed    0.01 sec\n'
expect_counts "7 0" count_ctest "$catch_passed"
expect_counts "5 2" count_ctest "$catch_failed"
expect_counts "3 1" count_ctest "$crashed"
expect_counts "8 0" count_ctest "$catch_passed$plain"
expect_counts "0 0" count_ctest 'No tests were found!!!\n'
expect_counts "4 1" count_node 'ℹ tests 5\nℹ pass 4\nℹ fail 1\nℹ cancelled 0\n'
expect_counts "4 2" count_node 'ℹ pass 4\nℹ fail 0\nℹ cancelled 2\n'

# Help is there at once, also where nothing is built nor can be: the scratch repository has no sources.
for command in run cluster; do
    said="$(cd "$scratch" && "scripts/$command.sh" --help 2>&1)" || true
    [[ "$said" == "./dev $command [OPTIONS]: builds"* ]] || wrong "$command --help says: $said"
done

if (results="$scratch/none" results_before=0 && : >"$scratch/none" && summarise >/dev/null); then
    wrong "a run without any test passes"
fi
[ "$failures" = 0 ]
