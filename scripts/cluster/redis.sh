# The Redis Cluster of ./dev cluster. Its settings are those that docs/OPERATIONS.md asks for.
# shellcheck shell=bash

# config/redis/cluster.conf but for its folder: each server has its own, and Redis would go to that one first.
redis_config() { sed '/^dir /d' config/redis/cluster.conf; }

# start_redis_cluster COUNT: half of them masters. Sets store_url.
start_redis_cluster() {
    local port addresses=()
    mapfile -t redis_ports < <(ports_of redis "$1")
    say "Redis: $1 servers, in ${data#"$root"/}"
    redis_config >"$data/redis.conf"
    for port in "${redis_ports[@]}"; do
        is_free "$port" || die "port $port is taken; does another ./dev cluster run? Or remove $data/redis.ports"
        mkdir -p "$data/redis-$port"
        launch "redis-$port" redis-server "$data/redis.conf" --port "$port" --bind 127.0.0.1 \
            --dir "$data/redis-$port"
        addresses+=("127.0.0.1:$port")
    done
    for port in "${redis_ports[@]}"; do until_true 20 "Redis on port $port answers" redis_answers "$port"; done
    if ! redis_knows_all "${redis_ports[0]}"; then
        say "Redis: making a Cluster of them"
        redis-cli --cluster create "${addresses[@]}" --cluster-replicas 1 --cluster-yes >>"$data/create.log" ||
            die "the Cluster was not made; see $data/create.log"
    fi
    for port in "${redis_ports[@]}"; do until_true 30 "the Cluster stands" redis_stands "$port"; done
    store_url="redis+cluster://$(IFS=, && echo "${addresses[*]}")"
}

redis_answers() { redis-cli -p "$1" ping | grep -qx PONG; }
redis_knows_all() { redis-cli -p "$1" cluster info | grep -q "cluster_known_nodes:${#redis_ports[@]}"; }
redis_stands() { redis_knows_all "$1" && redis-cli -p "$1" cluster info | grep -q 'cluster_state:ok'; }
