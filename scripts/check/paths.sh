#!/usr/bin/env bash
# Nothing of one machine in what is tracked: absolute paths of a home or a work folder, registry hosts in
# lock files, and nothing left open.
source "$(dirname "${BASH_SOURCE[0]}")/../lib/sources.sh"
here=':!scripts/check/paths.sh'
{
    git grep -nIE '(^|[^.a-zA-Z0-9_$}])/(home|root|work|Users)/[a-z]' -- . "$here" |
        sed -E 's/^([^:]*:[0-9]+):.*/\1: a path of one machine/' || true
    git grep -nIE '"resolved": "http' -- '*package-lock.json' |
        sed -E 's/^([^:]*:[0-9]+):.*/\1: a lock file names a registry host; npm install --omit-lockfile-registry-resolved/' || true
    git grep -nIE '\b(TODO|FIXME|XXX|HACK)\b' -- . "$here" |
        sed -E 's/^([^:]*:[0-9]+):.*/\1: left open/' || true
} | fail_if_any
