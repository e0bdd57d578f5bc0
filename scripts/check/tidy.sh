#!/usr/bin/env bash
# clang-tidy 19 on every C++ file that the build compiles, with the rules of .clang-tidy. A file that was
# fine is not looked at again until it, one of our headers that it includes, or the rules change: its key is
# kept in build/tidy.
source "$(dirname "${BASH_SOURCE[0]}")/../lib/sources.sh"
source scripts/lib/common.sh
source scripts/lib/install.sh
source scripts/lib/cmake.sh

database=build/dev/compile_commands.json
configure_preset dev
mkdir -p build/tidy

# with_includes FILE: it and every header of ours that it reaches.
with_includes() {
    local -A seen=()
    local queue=("$1") file include candidate
    while [ ${#queue[@]} -gt 0 ]; do
        file="${queue[0]}"
        queue=("${queue[@]:1}")
        [ -n "${seen[$file]:-}" ] && continue
        seen[$file]=1
        echo "$file"
        while read -r include; do
            for candidate in "$include" "src/$include" "$(dirname "$file")/$include"; do
                if [ -f "$candidate" ]; then queue+=("$candidate") && break; fi
            done
        done < <(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file")
    done
}

tidy_one() {
    local file="$1" key record log
    record="build/tidy/${file//\//-}"
    key="$(with_includes "$file" | sort | xargs cat "$rules" | sha256sum)"
    [ "$(cat "$record" 2>/dev/null)" = "$key" ] && return
    if log="$(clang-tidy-19 -p build/dev --quiet "$file" 2>/dev/null)"; then
        echo "$key" >"$record"
        echo "tidy: $file" >&2
    else
        sed -nE "s|^$root/||; /(warning|error): /p" <<<"$log"
        grep -qE '(warning|error): ' <<<"$log" || echo "$file:1: clang-tidy failed: ${log:0:300}"
    fi
}
export -f with_includes tidy_one
export root rules
rules="$(mktemp)"
at_exit_remove+=("$rules")
{ clang-tidy-19 --version && git ls-files -z '.clang-tidy' '**/.clang-tidy' | xargs -0 cat; } >"$rules"

sed -nE "s|^ *\"file\": \"$root/(.*\.cpp)\",?$|\1|p" "$database" | grep -v '^build/' | sort -u |
    { [ $# -gt 0 ] && grep -E "$1" || cat; } |
    xargs -r -P "$(jobs)" -I{} bash -c 'tidy_one {}' | sort -u | fail_if_any
