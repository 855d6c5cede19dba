# shellcheck shell=bash
# Sourced: finding and ending the processes that a run left behind. They are known by a variable that the run put into
# the environment of everything it started (NAME=VALUE, unique to the run), never by their program's name.

marked_processes() {
  local file
  { grep -lzxF -- "$1" /proc/[0-9]*/environ 2> /dev/null || true; } | while IFS=/ read -r _ _ file _; do echo "$file"; done
}

# end_marked NAME=VALUE: lets stragglers finish for a while, then ends them. Prints and returns 1 if it had to.
end_marked() {
  local pids pid deadline=$((SECONDS + ${LEFTOVER_GRACE:-15}))
  while pids=$(marked_processes "$1"); [ -n "$pids" ] && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.3; done
  [ -n "$pids" ] || return 0
  for pid in $pids; do
    echo "$pid $(tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null | cut -c1-160)"
    kill -TERM "$pid" 2> /dev/null || true
  done
  deadline=$((SECONDS + 10))
  while pids=$(marked_processes "$1"); [ -n "$pids" ] && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.3; done
  for pid in $pids; do kill -KILL "$pid" 2> /dev/null || true; done
  return 1
}
