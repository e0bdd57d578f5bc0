# The nodes of ./dev cluster and what stands in front of them.
# shellcheck shell=bash

# start_nodes COUNT: each with one core, for they share this machine; readers have the address from which they came to
# HAProxy. Sets node_ports.
start_nodes() {
    local port
    mapfile -t node_ports < <(ports_of node "$1")
    say "Voxpop: $1 nodes"
    for port in "${node_ports[@]}"; do
        launch "node-$port" build/release/voxpop serve --dev --cores 1 --listen "127.0.0.1:$port" \
            --store "$store_url" --set server.trusted_proxies=127.0.0.1
    done
    for port in "${node_ports[@]}"; do until_true 30 "the node on port $port is ready" node_is_ready "$port"; done
}

list_nodes() {
    local port
    for port in "${node_ports[@]}"; do printf 'http://127.0.0.1:%s (pid %s)  ' "$port" "$(pid_of "node-$port")"; done
}

node_is_ready() { curl -sf "http://127.0.0.1:$1/health/ready"; }

# A node prints the console's address, with a token that all of them take, as its secrets are in Redis.
console_token() { sed -n 's/^Console:.*#token=//p' "$data/node-${node_ports[0]}.log" | tail -n 1; }

# proxy_config PORT: config/haproxy.cfg for this port and these nodes.
proxy_config() {
    local port
    sed -e "s/^    bind .*/    bind 127.0.0.1:$1/" -e '/^    server /d' config/haproxy.cfg
    for port in "${node_ports[@]}"; do echo "    server node-$port 127.0.0.1:$port check"; done
}

# start_proxy PORT
start_proxy() {
    say "HAProxy: port $1"
    proxy_config "$1" >"$data/haproxy.cfg"
    launch haproxy haproxy -db -f "$data/haproxy.cfg"
    until_true 20 "HAProxy has found a node" node_is_ready "$1"
}
