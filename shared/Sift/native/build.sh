#!/bin/sh
# Builds libpipelinesift.so into the folder given. Safe to run twice at once.
set -eu

sources=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
output=$(cd "$1" && pwd)

# The lock is held by this shell through descriptor 9 and ends with it.
exec 9>"$output/sift.lock"
flock 9

build="$output/sift-build"
if ! { cmake -S "$sources" -B "$build" -DCMAKE_BUILD_TYPE=Release && cmake --build "$build" --parallel 2; } >"$output/sift.log" 2>&1; then
    tail -n 20 "$output/sift.log"
    exit 1
fi

cp "$build/libpipelinesift.so" "$output/libpipelinesift.so.new"
mv "$output/libpipelinesift.so.new" "$output/libpipelinesift.so"
