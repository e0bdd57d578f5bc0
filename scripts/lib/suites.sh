# Runs suites and counts what they did, honestly: a Catch2 binary counts its test cases, a node suite its
# tests, anything else one; a crash or a time-out is a failure whatever was counted before it.
# shellcheck shell=bash

# count_ctest LOG: "passed failed", from what `ctest --verbose` printed.
count_ctest() {
    awk '
        # "12: All tests passed (90 assertions in 7 test cases)" or "12: test cases: 7 | 6 passed | 1 failed"
        match($0, /^ *[0-9]+: /) {
            id = substr($0, 1, RLENGTH) + 0
            text = substr($0, RLENGTH + 1)
            if (text ~ /^All tests passed/) {
                sub(/.* in /, "", text); passed[id] += text + 0
            } else if (text ~ /^test cases:/) {
                n = split(text, part, "|")
                for (i = 2; i <= n; i++) {
                    if (part[i] ~ / passed/) passed[id] += part[i] + 0
                    if (part[i] ~ / failed/) failed[id] += part[i] + 0
                }
            }
        }
        # "3/9 Test #12: domain ......   Passed    0.21 sec"
        match($0, /Test +#[0-9]+: /) {
            id = $0; sub(/.*Test +#/, "", id); id += 0
            seen[id] = 1
            well[id] = $0 ~ / Passed +[0-9.]+ sec/
        }
        END {
            for (id in seen) {
                if (well[id] && passed[id] + failed[id] == 0) passed[id] = 1
                if (!well[id] && failed[id] + 0 == 0) failed[id] = 1
                p += passed[id]; f += failed[id]
            }
            print p + 0, f + 0
        }' "$1"
}

# failed_output LOG: what the failed ones printed in that very run, the last lines of each: a second run might pass.
failed_output() {
    local id
    sed -nE '/Test +#[0-9]+: /{/ Passed +[0-9.]+ sec/!s/.*Test +#([0-9]+): .*/\1/p}' "$1" | sort -nu | while read -r id; do
        sed -n "s/^ *$id: //p" "$1" | tail -n 120
    done
}

# run_ctest PRESET FILTER: the unit, contract and corpus tests of a build whose name matches.
run_ctest() {
    local preset="$1" filter="$2" log="build/$1/ctest.log" failed=0 passed=0
    ctest --test-dir "build/$preset" --tests-regex "$filter" --parallel "$(jobs)" --timeout 600 \
        --verbose >"$log" 2>&1 || true
    read -r passed failed < <(count_ctest "$log")
    grep -E '(Test +#[0-9]+:|tests passed|No tests)' "$log" || true
    if [ "$failed" -gt 0 ]; then
        say "what the failed tests said (all of it is in $log)"
        failed_output "$log"
    fi
    report "unit/$preset" "$passed" "$failed"
}

# count_node LOG: "passed failed", from the reporter `spec` of node's test runner.
count_node() {
    awk '
        $2 == "pass" { passed = $3 }
        $2 == "fail" || $2 == "cancelled" { failed += $3 }
        END { print passed + 0, failed + 0 }' "$1"
}

# run_node SUITE FILE…: files of node's test runner.
run_node() {
    local suite="$1" log passed failed status=0
    shift
    mkdir -p build/logs
    log="build/logs/${suite//\//-}.log"
    node --test --test-reporter=spec "$@" 2>&1 | tee "$log" || status=1
    read -r passed failed < <(count_node "$log")
    # A runner that stopped before it could count must not pass for an empty suite.
    if [ "$status" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
    report "$suite" "$passed" "$failed"
}
