#!/usr/bin/env bash
# ./dev run [OPTIONS]: builds and starts the demo. Later options win, so `--listen` may be given again.
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
source scripts/lib/install.sh
source scripts/lib/cmake.sh

need build
build_preset release voxpop
listen=(--listen 127.0.0.1:8080)
for option in "$@"; do
    case "$option" in --listen | --listen=*) listen=() ;; esac
done
rm -f "${at_exit_remove[@]}" # exec leaves no exit trap
exec build/release/voxpop serve --dev "${listen[@]}" "$@"
