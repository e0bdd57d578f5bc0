#!/usr/bin/env bash
# ./dev bench [FILTER]: runs every benchmark program (build/bench/bench/bench_* and bench/*_bench.mjs) whose
# name matches, one after the other, and ends with a table of what they measured. Programs of Google Benchmark
# are read from their console report; our own print lines "result NAME VALUE UNIT". See docs/BENCHMARKS.md.
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
source scripts/lib/install.sh
source scripts/lib/cmake.sh

need build bench
build_preset bench
log="$(mktemp)"
at_exit_remove+=("$log")
ran=0
for program in build/bench/bench/bench_*; do
    [ -f "$program" ] && [ -x "$program" ] || continue
    name="${program##*/bench_}"
    [[ "$name" =~ ${1:-} ]] || continue
    say "bench: $name"
    echo "program $name" >>"$log"
    "$program" 2>&1 | tee -a "$log"
    ran=$((ran + 1))
done
for script in bench/*_bench.mjs; do
    name="$(basename "$script" _bench.mjs)"
    [[ "$name" =~ ${1:-} ]] || continue
    need test
    need_npm tests
    build_preset release voxpop
    say "bench: $name"
    echo "program $name" >>"$log"
    node "$script" 2>&1 | tee -a "$log"
    ran=$((ran + 1))
done
[ "$ran" -gt 0 ] || die "no benchmark matches '${1:-}'"

say "summary, on $(nproc) cores, $(uname -r)"
awk '
    $1 == "program" { program = $2 }
    $1 == "result" { printf "%-16s %-52s %14s %s\n", program, $2, $3, $4 }
    # Google Benchmark: NAME  TIME ns  CPU ns  ITERATIONS [counters]
    $3 ~ /^(ns|us|ms|s)$/ && $5 == $3 { printf "%-16s %-52s %14s %s\n", program, $1, $4, $5 }
' "$log"
