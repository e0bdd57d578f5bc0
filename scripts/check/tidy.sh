#!/usr/bin/env bash
# clang-tidy 19 on every C++ file that the build compiles, with the rules of .clang-tidy. A file that was
# fine is not looked at again until it, one of our headers that it includes, or the rules change: its key is
# kept in build/tidy. It takes minutes, so findings are printed as they come, and on stderr how far it is.
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

# tidy_one PLACE FILE: PLACE is how far we are, as in 12/315.
tidy_one() {
    local place="$1" file="$2" key record log
    record="build/tidy/${file//\//-}"
    key="$(with_includes "$file" | sort | xargs cat "$rules" | sha256sum)"
    [ "$(cat "$record" 2>/dev/null)" = "$key" ] && return
    echo "tidy $place $file" >&2
    if log="$(clang-tidy-19 -p build/dev --quiet "$file" 2>/dev/null)"; then
        echo "$key" >"$record"
    else
        sed -nE "s|^$root/||; /(warning|error): /p" <<<"$log" | sort -u
        grep -qE '(warning|error): ' <<<"$log" || echo "$file:1: clang-tidy failed: ${log:0:300}"
    fi
}

# tell_once: passes each line on as it comes, once, since what is found in a header is found again with every
# file that includes it; fails when there was any. (mawk would hold its input back.)
tell_once() {
    local -A told=()
    local line
    while IFS= read -r line; do
        [ -n "${told[$line]:-}" ] || echo "$line"
        told[$line]=yes
    done
    [ ${#told[@]} = 0 ]
}

export -f with_includes tidy_one
export root rules
rules="$(mktemp)"
at_exit_remove+=("$rules")
{ clang-tidy-19 --version && git ls-files -z '.clang-tidy' '**/.clang-tidy' | xargs -0 cat; } >"$rules"

files="$(sed -nE "s|^ *\"file\": \"$root/(.*\.cpp)\",?$|\1|p" "$database" | grep -v '^build/' | sort -u |
    { [ $# -gt 0 ] && grep -E "$1" || cat; })"
awk -v total="$(wc -l <<<"$files")" 'NF { print NR "/" total, $0 }' <<<"$files" |
    xargs -r -L 1 -P "$(jobs)" bash -c 'tidy_one "$@"' tidy_one |
    tell_once
