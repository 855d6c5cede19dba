# Sourced by the start and stop scripts of the private servers: free ports, pid files, waiting.
# A pid file holds "PID STARTTIME": the start time tells our process from a later one that got the same pid.

die() { echo "${0##*/infra/}: $*" >&2; exit 1; }

# Start time of a process in clock ticks since boot; nothing if there is none, or only its zombie.
start_time() {
  local stat rest
  { read -r stat < "/proc/$1/stat"; } 2>/dev/null || return 0
  rest=${stat##*) }                     # the command name may hold spaces and brackets: count from after it
  set -- $rest
  [ "$1" = Z ] || echo "${20}"
}

record_pid() { echo "$2 $(start_time "$2")" > "$1"; }

# Prints the pid recorded in the file if that very process still lives.
live_pid() {
  local pid started
  [ -r "$1" ] && read -r pid started < "$1" && [ -n "$started" ] && [ "$(start_time "$pid")" = "$started" ] && echo "$pid"
}

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A killed server counts as gone from the moment its first thread is; its sockets close with its last one. A server
# started between the two would find its own ports, or its own name, taken.
wait_until_free() {
  local port deadline=$((SECONDS + 20))
  for port in "$@"; do
    while listening "$port"; do
      [ "$SECONDS" -lt "$deadline" ] || die "port $port is taken by another process"
      sleep 0.1
    done
  done
}

# A free loopback port below the ephemeral range, so that no outgoing connection takes it while the server restarts.
# A server listens seconds after its port was chosen, and several start at a time: whoever chooses marks the port for ten
# minutes in a folder that the tests use as well (tests/Support/FreePort.cs).
# The ports already chosen are given as arguments.
free_port() {
  local port chosen
  chosen=${TMPDIR:-/tmp}/pipeline-ports-$(id -un)
  mkdir -p "$chosen"
  find "$chosen" -type f -mmin +10 -delete 2> /dev/null || true
  while :; do
    port=$((10000 + (RANDOM * 32768 + RANDOM) % 22000))
    case " $* " in *" $port "*) continue ;; esac
    listening "$port" || ! (set -o noclobber; : > "$chosen/$port") 2> /dev/null || { echo "$port"; return; }
  done
}

random_secret() { head -c 24 /dev/urandom | base64 | tr -d '+/=\n'; }

# stop_recorded PIDFILE SECONDS: TERM, and KILL once the time is over; with 0 seconds KILL at once. Returns when it is gone.
stop_recorded() {
  local pid signal=TERM ticks=$(($2 * 10))
  pid=$(live_pid "$1") || { rm -f "$1"; return 0; }
  [ "$ticks" -gt 0 ] || signal=KILL
  kill -"$signal" "$pid" 2>/dev/null || true
  while live_pid "$1" > /dev/null; do
    ticks=$((ticks - 1))
    [ "$ticks" -ne 0 ] || kill -KILL "$pid" 2>/dev/null || true
    sleep 0.1
  done
  rm -f "$1"
}

# watch_owner DIR PID: stops the server once the process that asked for it is gone, however it ended.
watch_owner() {
  local dir=$1 owner=$2 started stop=$here/stop
  started=$(start_time "$owner")
  [ -n "$started" ] || die "the owner $owner is not running"
  live_pid "$dir/watcher.pid" > /dev/null && return 0
  (
    while [ "$(start_time "$owner")" = "$started" ]; do sleep 2; done
    rm -f "$dir/watcher.pid"
    exec "$stop" "$dir"
  ) > /dev/null 2>&1 < /dev/null 9>&- &
  record_pid "$dir/watcher.pid" $!
}
