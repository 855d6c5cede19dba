# shellcheck shell=bash
# Sourced by infra/up and infra/down: which processes the system consists of, and where one instance keeps its things.
# DIR/pids/NAME.pid holds "PID STARTTIME" (see private-server.sh), DIR/urls/NAME the address, DIR/logs/NAME.log the log.

# NAME:PROJECT in the order in which they are shown; each is services/PROJECT.
readonly services=(upload:Upload sift-extraction:SiftExtraction cnn-extraction:CnnExtraction
  hash-encoding:HashEncoding indexing:Indexing neighbour-mining:NeighbourMining model-updating:ModelUpdating gateway:Gateway
  dashboard:Dashboard)
# Those that may run more than once. Indexing owns the index file, the gateway and the dashboard their ports.
readonly scalable=(upload sift-extraction cnn-extraction hash-encoding)

recorded_names() {
  local file
  for file in "$1"/pids/*.pid; do
    [ ! -e "$file" ] || basename "$file" .pid
  done
}

print_table() {
  local name format='%-20s %-9s %s\n' pid
  # The format is a constant of ours.
  # shellcheck disable=SC2059
  {
    printf "$format" NAME PID URL
    pid=$(live_pid "$1/rabbitmq/node.pid") && printf "$format" rabbitmq "$pid" "$(cat "$1/urls/rabbitmq")"
    pid=$(live_pid "$1/redis/redis.pid") && printf "$format" redis "$pid" "$(cat "$1/urls/redis")"
    for name in $(recorded_names "$1"); do
      pid=$(live_pid "$1/pids/$name.pid") || pid=ended
      printf "$format" "$name" "$pid" "$(cat "$1/urls/$name")"
    done
  }
  echo "logs: $1/logs"
}
