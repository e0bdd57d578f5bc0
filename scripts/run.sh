#!/usr/bin/env bash
# ./dev run [OPTIONS]: builds and starts the demo. Later options win, so `--listen` may be given again.
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
source scripts/lib/install.sh
source scripts/lib/cmake.sh

for option in "$@"; do
    case "$option" in
        -h | --help)
            cat <<'TXT'
./dev run [OPTIONS]: builds Voxpop and serves the demo until Ctrl-C. OPTIONS are those of `voxpop serve`, as
  --listen ADDR:PORT   where to listen [127.0.0.1:8080]; 0.0.0.0:8080 for other machines
  --data DIR           folder of the database and the server's secrets [voxpop-data]
  --store URL          the store instead, as redis://127.0.0.1:6379 or memory:
  --config FILE        settings; --set KEY=VALUE for one of them
  --cores N            threads that serve connections [one per core]
  --log-level LEVEL    debug, info, warn, error or off [info]
Once it is built, `build/release/voxpop serve --help` says more, and `voxpop config --reference` has every setting.
TXT
            exit
            ;;
    esac
done

need build
build_preset release voxpop
listen=(--listen 127.0.0.1:8080)
for option in "$@"; do
    case "$option" in --listen | --listen=*) listen=() ;; esac
done
rm -f "${at_exit_remove[@]}" # exec leaves no exit trap
exec build/release/voxpop serve --dev "${listen[@]}" "$@"
