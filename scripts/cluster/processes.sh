# Processes of ./dev cluster: started in the background with a log each, ended by their ids, last first.
# shellcheck shell=bash

pids=()
names=()

# launch NAME COMMAND…: in a session of its own, so that Ctrl-C reaches us alone and we end them in order.
launch() {
    local name="$1"
    shift
    setsid "$@" >>"$data/$name.log" 2>&1 </dev/null &
    pids+=($!)
    names+=("$name")
}

stop_all() {
    local status=$? i
    trap '' INT TERM
    [ ${#pids[@]} -eq 0 ] || say "stopping"
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
        kill -TERM "${pids[i]}" 2>/dev/null || true
        wait "${pids[i]}" 2>/dev/null || true
    done
    rm -rf "${at_exit_remove[@]}"
    exit "$status"
}

# While anything runs: whoever kills one of them wants to see what the others do.
watch_all() {
    local ended i status
    while [ ${#pids[@]} -gt 0 ]; do
        status=0
        wait -n -p ended "${pids[@]}" 2>/dev/null || status=$?
        for i in "${!pids[@]}"; do
            [ "${pids[i]}" = "$ended" ] || continue
            say "${names[i]} has ended with $status; the others go on. See $data/${names[i]}.log"
            unset "pids[i]" "names[i]"
        done
        pids=("${pids[@]}")
        names=("${names[@]}")
    done
    die "nothing is left running"
}

# pid_of NAME
pid_of() {
    local i
    for i in "${!names[@]}"; do [ "${names[i]}" != "$1" ] || echo "${pids[i]}"; done
}

is_free() { ! (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A port that nobody listens to, nor to the one 10,000 above, where a Cluster's nodes talk. Both lie below 32768, where
# the system takes ports for outgoing connections from.
free_port() {
    local port
    while true; do
        port=$((12000 + RANDOM % 10000))
        if is_free "$port" && is_free "$((port + 10000))"; then break; fi
    done
    echo "$port"
}

# ports_of NAME COUNT: the same as last time, for the nodes of a Cluster know each other by them.
ports_of() {
    local file="$data/$1.ports"
    [ -s "$file" ] && [ "$(wc -l <"$file")" = "$2" ] || for ((i = 0; i < $2; i++)); do free_port; done >"$file"
    cat "$file"
}

# Ends the whole when one has ended already.
all_run() {
    local i
    for i in "${!pids[@]}"; do
        kill -0 "${pids[i]}" 2>/dev/null || die "${names[i]} has ended: $(tail -n 1 "$data/${names[i]}.log")"
    done
}

# until_true SECONDS WHAT COMMAND…
until_true() {
    local deadline=$((SECONDS + $1)) what="$2"
    shift 2
    until "$@" >/dev/null 2>&1; do
        all_run
        [ "$SECONDS" -lt "$deadline" ] || die "waited in vain: $what; see the logs in $data"
        sleep 0.1
    done
}
