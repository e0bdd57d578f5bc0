#!/usr/bin/env bash
# ./dev cluster [--port N] [--nodes N] [--data DIR]: Voxpop as it runs for many readers, on this machine: nodes
# behind HAProxy, on a Redis Cluster of three masters and three replicas. Everything listens on loopback. The
# data stays in DIR (build/cluster) for the next time. Ctrl-C ends what was started.
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
source scripts/lib/install.sh
source scripts/lib/cmake.sh
source scripts/cluster/processes.sh
source scripts/cluster/redis.sh
source scripts/cluster/nodes.sh

page_port=8080
node_count=3
data=build/cluster
while [ $# -gt 0 ]; do
    case "$1" in
        --port) page_port="${2:?--port needs a number}" && shift ;;
        --nodes) node_count="${2:?--nodes needs a number}" && shift ;;
        --data) data="${2:?--data needs a folder}" && shift ;;
        -h | --help)
            cat <<'TXT'
./dev cluster [OPTIONS]: builds Voxpop and runs it as for many readers, on this machine, until Ctrl-C: nodes behind
HAProxy, on a Redis Cluster of three masters and three replicas. Everything listens on loopback.
  --port N     HAProxy's port: the page is there [8080]
  --nodes N    how many nodes [3]
  --data DIR   Redis's data and all logs; kept for the next time [build/cluster]
TXT
            exit
            ;;
        *) die "no option '$1'; './dev cluster --help' lists them" ;;
    esac
    shift
done

need build cluster
build_preset release voxpop
is_free "$page_port" || die "port $page_port is taken; choose another: ./dev cluster --port 8090"
mkdir -p "$data"
data="$(cd "$data" && pwd)"

trap stop_all EXIT
trap 'exit 0' INT TERM
start_redis_cluster 6
start_nodes "$node_count"
start_proxy "$page_port"

cat <<TXT

Article:  http://127.0.0.1:$page_port/
Console:  http://127.0.0.1:$page_port/moderate#token=$(console_token)
Nodes:    $(list_nodes)
Redis:    $store_url
Logs:     $data/*.log
Kill a node or a Redis to see the others go on. Ctrl-C ends everything; the data stays in $data.

TXT
watch_all
