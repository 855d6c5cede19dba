# shellcheck shell=bash
# Sourced by the commands in infra/: where things are, how a step is shown and logged, stamps.
# A command prints one line for each step that it really does; what the tools said is in artifacts/logs/NAME.log.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
artifacts=$root/artifacts
stamps=$artifacts/stamps

die() { echo "${0##*/}: $*" >&2; exit 1; }

# The steps of the calling command are logged to artifacts/logs/NAME.log; one log a command, begun anew by each run.
log_to() {
  mkdir -p "$artifacts/logs" "$stamps"
  log=$artifacts/logs/$1.log
  : > "$log"
}

# step TEXT COMMAND…: runs the command with its output in the log, and prints the text with the seconds it took.
# When it fails, the end of the log is shown and the command's exit status passed on.
step() {
  local text=$1 began=$SECONDS status=0
  shift
  printf '\n== %s: %s\n' "$text" "$*" >> "$log"
  "$@" >> "$log" 2>&1 < /dev/null 8>&- || status=$?
  if [ "$status" -ne 0 ]; then
    echo "✗ $text (exit $status); the end of ${log#"$root"/}:" >&2
    tail -n 30 "$log" | sed 's/^/    /' >&2
    return "$status"
  fi
  echo "✓ $text ($((SECONDS - began)) s)"
}

# One set-up at a time in a checkout: two would write the same folders. The lock is let go with the calling process.
lock_set_up() {
  mkdir -p "$artifacts"
  exec 8> "$artifacts/setup.lock"
  flock -w 1800 8 || die "another set-up has held $artifacts/setup.lock for half an hour"
}

# hash_of PATH…: one hash over the names and contents of all files below the paths, build outputs left out.
hash_of() {
  (cd "$root" && find "$@" \( -name bin -o -name obj -o -name node_modules -o -name TestResults \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -d' ' -f1)
}

# stamp_matches NAME VALUE / stamp NAME VALUE: whether a step was last done for this very input.
stamp_matches() { [ -r "$stamps/$1" ] && [ "$(cat "$stamps/$1")" = "$2" ]; }
stamp() { mkdir -p "$stamps" && echo "$2" > "$stamps/$1.new" && mv "$stamps/$1.new" "$stamps/$1"; }
