#!/usr/bin/env bash
# ./dev fuzz SECONDS [FILTER]: every fuzz target for so long, beginning with the committed corpus. What it
# learns goes to build/fuzz/corpus; an input that crashes is written to build/fuzz/crashes and named.
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
source scripts/lib/install.sh
source scripts/lib/cmake.sh

seconds="${1:-}"
[[ "$seconds" =~ ^[0-9]+$ ]] || die "usage: ./dev fuzz SECONDS [FILTER]"
need build fuzz
build_preset fuzz fuzzers

# fuzz_one PROGRAM
fuzz_one() {
    local program="$1" name learnt status=0 options=()
    name="${program##*/fuzz_}"
    learnt="build/fuzz/corpus/$name"
    mkdir -p "$learnt" build/fuzz/crashes
    [ -f "tests/fuzz/$name.dict" ] && options+=("-dict=tests/fuzz/$name.dict")
    "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/crashes/$name-" "${options[@]}" "$learnt" "tests/fuzz/corpus/$name" \
        >"build/fuzz/$name.log" 2>&1 || status=$?
    grep -E "stat::|ERROR|SUMMARY|Test unit written|runtime error" "build/fuzz/$name.log" || true
    return "$status"
}

passed=0
failed=0
for program in build/fuzz/tests/fuzz/fuzz_*; do
    [ -f "$program" ] && [ -x "$program" ] || continue
    [[ "${program##*/fuzz_}" =~ ${2:-} ]] || continue
    say "fuzz: ${program##*/fuzz_} for $seconds s"
    if fuzz_one "$program"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
report fuzz "$passed" "$failed"
summarise
