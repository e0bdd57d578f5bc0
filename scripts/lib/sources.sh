# Which files are ours to check. Sourced by the checks, which run in any tree that `git ls-files` knows, so
# that their own test can run them in a small one.
# shellcheck shell=bash
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"

code_folders=(src net store config loadtest tests bench)

# our_files PATTERN…: tracked and new files below the code folders, without what is deleted.
our_files() {
    local pathspec=() folder pattern
    for folder in "${code_folders[@]}"; do
        for pattern in "$@"; do pathspec+=("$folder/$pattern" "$folder/**/$pattern"); done
    done
    git ls-files --cached --others --exclude-standard -- "${pathspec[@]/#/:(glob)}" | sort -u |
        while read -r file; do if [ -f "$file" ]; then echo "$file"; fi; done
}

# fail_if_any: passes its input on; fails when there was some.
fail_if_any() { awk '{ print } END { exit NR > 0 }'; }
