# Installs what a command needs and nothing more; quick when everything is there.
# shellcheck shell=bash

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -- "$@"; fi
}

# missing_packages GROUP…: the Debian packages of these groups that are not installed.
missing_packages() {
    local installed group package command why
    installed="$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')"
    while read -r group package command why; do
        [[ -z "$group" || "$group" == \#* || " $* " != *" $group "* ]] && continue
        [[ "$command" != - ]] && command -v "$command" >/dev/null && continue
        grep -qxF -- "$package" <<<"$installed" || echo "$package"
    done <scripts/packages.txt | sort -u
}

# need GROUP…: Debian packages of these groups.
need() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -eq 0 ] && return
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get -q update
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q install -y --no-install-recommends "${missing[@]}"
}

# need_npm FOLDER: its npm packages, exactly as its lock file says. Installed again only when that changes.
need_npm() {
    local folder="$1" wanted stamp
    [ -f "$folder/package-lock.json" ] || return 0
    wanted="$(cat "$folder/package.json" "$folder/package-lock.json" | sha256sum) $(node --version)"
    stamp="$folder/node_modules/.voxpop-stamp"
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
    say "npm ci in $folder"
    (cd "$folder" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --ignore-scripts --no-audit --no-fund)
    echo "$wanted" >"$stamp"
}
