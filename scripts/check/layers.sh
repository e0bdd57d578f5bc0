#!/usr/bin/env bash
# The direction of includes (docs/ARCHITECTURE.md): base <- domain <- store, net <- app <- main. store and
# net never see each other; config knows base alone; domain touches no I/O library and reads no clock. Nobody
# includes <cassert>.
source "$(dirname "${BASH_SOURCE[0]}")/../lib/sources.sh"

# Which layers the files of one may include, itself aside. The load tool is a client: of net it sees the
# wire's helpers, never a server's insides.
allowed() {
    case "$1" in
        base) echo "" ;;
        domain | config) echo "base" ;;
        store | net) echo "base domain" ;;
        app) echo "base domain config store net web" ;;
        cli | main) echo "base domain config store net web app cli" ;;
        loadtest) echo "base net" ;;
        *) echo "*" ;; # tests and benchmarks look everywhere
    esac
}

layer_of() {
    case "$1" in
        src/main.cpp) echo main ;;
        src/*/*) cut -d/ -f2 <<<"$1" ;;
        *) cut -d/ -f1 <<<"$1" ;;
    esac
}

check_file() {
    local file="$1" layer number include target
    layer="$(layer_of "$file")"
    local may=" $(allowed "$layer") $layer "
    [ "$may" = " * $layer " ] && return
    while IFS=: read -r number include; do
        include="${include#*\"}" && include="${include%%\"*}"
        target="${include%%/*}"
        [[ "$may" == *" $target "* ]] || echo "$file:$number: $layer must not include \"$include\""
    done < <(grep -nE '^#include "' "$file" || true)
    grep -nE '^#include <(cassert|assert\.h)>' "$file" |
        sed "s|^\([0-9]*\):.*|$file:\1: a release build takes assert() out; base/check.hpp stays|" || true
    if [ "$layer" = domain ]; then
        grep -nE '^#include <(boost/asio|boost/beast|sqlite3|hiredis|fstream|filesystem|thread|mutex)' "$file" |
            sed "s|^\([0-9]*\):\(.*\)|$file:\1: domain does no I/O and has no threads: \2|" || true
        grep -nE '\b(system_clock|steady_clock|high_resolution_clock)::now\b|\b(time|gettimeofday|clock_gettime)\(' "$file" |
            sed "s|^\([0-9]*\):.*|$file:\1: domain reads no clock; time is passed in|" || true
    fi
}

our_files '*.cpp' '*.hpp' | while read -r file; do check_file "$file"; done | fail_if_any
