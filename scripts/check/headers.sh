#!/usr/bin/env bash
# Every header compiles by itself: one generated source file per header, compiled by the ordinary build.
source "$(dirname "${BASH_SOURCE[0]}")/../lib/sources.sh"
source scripts/lib/common.sh
source scripts/lib/install.sh
source scripts/lib/cmake.sh
build_preset dev voxpop_headers
