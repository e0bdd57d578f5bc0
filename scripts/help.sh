#!/usr/bin/env bash
# What ./dev can do.
cat <<'TXT'
./dev run [OPTIONS]      build, then serve the demo on 127.0.0.1:8080; OPTIONS are those of `voxpop serve` (--help)
./dev cluster            three nodes behind HAProxy on a Redis Cluster of six; --port N, --nodes N, --data DIR
./dev test               every test: units, store contracts, fuzz corpora, whole binary, browser
./dev test FILTER        only suites whose name matches FILTER (`./dev test --list` shows the names)
./dev test faults        the longer runs with injected faults
./dev test --preset P    unit and contract tests in another build, such as asan or tsan
./dev build [PRESET]     release (default), dev, bench, asan, tsan or fuzz; into build/PRESET
./dev check [NAME…]      format, tidy, layers, headers, lengths, paths, docs in step, and the checks' own tests
./dev bench [FILTER]     the benchmarks, with a summary table
./dev fuzz SECONDS       every fuzz target for SECONDS each, starting from the committed corpus
./dev help               this

Whatever a command needs (Debian packages, npm packages) it installs first, with sudo where not root.
TXT
