#!/usr/bin/env bash
# Every C++ file as clang-format 19 would write it. To mend: clang-format-19 -i FILE.
source "$(dirname "${BASH_SOURCE[0]}")/../lib/sources.sh"
one() {
    clang-format-19 --dry-run -Werror "$1" >/dev/null 2>&1 ||
        echo "$1:1: not as clang-format-19 -i writes it"
}
export -f one
our_files '*.cpp' '*.hpp' | xargs -r -P "$(nproc)" -I{} bash -c 'one {}' | sort | fail_if_any
