#!/usr/bin/env bash
# No file over 500 lines: a file that long is two rooms. Lock files and generated data aside.
source "$(dirname "${BASH_SOURCE[0]}")/../lib/sources.sh"
git ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp' '*.c' '*.ts' '*.js' '*.mjs' '*.css' \
    '*.lua' '*.sql' '*.sh' '*.cmake' | while read -r file; do
    [ -f "$file" ] || continue
    lines="$(wc -l <"$file")"
    if [ "$lines" -gt 500 ]; then echo "$file:$lines: longer than 500 lines"; fi
done | fail_if_any
