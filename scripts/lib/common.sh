# Sourced by every command: where the repository is, how to speak, how results are counted.
# shellcheck shell=bash
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$root"

say() { printf '\033[1m── %s\033[0m\n' "$*" >&2; }
die() {
    printf 'dev: %s\n' "$*" >&2
    exit 1
}

jobs() { nproc; }

# What a command leaves behind, to be removed when it ends.
at_exit_remove=()
trap 'rm -rf "${at_exit_remove[@]}"' EXIT

# Results are lines of SUITE PASSED FAILED in one file, so that .ci/run can add up what several commands did.
results="${VOXPOP_RESULTS:-}"
if [ -z "$results" ]; then
    mkdir -p build
    results="$(mktemp build/results.XXXXXX)"
    at_exit_remove+=("$results")
fi
touch "$results"
results_before="$(wc -l <"$results")"

# report SUITE PASSED FAILED
report() { printf '%s\t%d\t%d\n' "$1" "$2" "$3" >>"$results"; }

# Prints the table of this command and the closing line. Fails when anything failed or nothing ran.
summarise() {
    tail -n "+$((results_before + 1))" "$results" | awk -F"\t" '
        { printf "%-28s %6d passed %6d failed\n", $1, $2, $3; passed += $2; failed += $3 }
        END {
            printf "%d passed, %d failed\n", passed, failed
            exit failed > 0 || passed == 0
        }'
}
