#!/usr/bin/env bash
# Repeat: every test of a promise so many times (default: 500) in release, each on 1, 2 and 8 workers.
#   ci/repeat.sh [times] [room of tests ..]
# Hours for all of it: give it names, and so do it in pieces. A line for each room says what was done; the first failure
# ends it, with what the room printed. (A test that needs two workers to meet has two, and one about a certain number has
# that number: see tests/src/workers.rs. Random programs are repeated by ci/stress.sh.)
set -euo pipefail
cd "$(dirname "$0")/.."

times=${1:-500}
shift || true
limit=${BOC_REPEAT_LIMIT:-600} # for one run of one room: a hang
if [ $# -eq 0 ]; then
    rooms=(pinned process promise runtime)
else
    rooms=("$@")
fi

selection=()
for room in "${rooms[@]}"; do
    selection+=(--test "$room")
done
built=$(cargo test --release -p boc-tests --no-run "${selection[@]}" 2>&1) || { echo "$built" >&2; exit 1; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
cd tests # where cargo runs them
for room in "${rooms[@]}"; do
    program=$(sed -n "s#.*(\(.*/${room}-[0-9a-f]*\)).*#\1#p" <<<"$built")
    [ -n "$program" ] || { echo "repeat: no program for $room" >&2; exit 1; }
    started=$SECONDS
    for workers in 1 2 8; do
        for ((round = 1; round <= times; round++)); do
            BOC_TEST_WORKERS=$workers timeout --kill-after=10 "$limit" "../$program" >"$log" 2>&1 || {
                status=$?
                cat "$log"
                echo "repeat: $room failed ($status) on $workers workers, in round $round" >&2
                exit 1
            }
        done
    done
    tests=$(grep -c ' \.\.\. ok$' "$log")
    [ "$tests" -gt 0 ] || { echo "repeat: $room runs no test" >&2; exit 1; }
    echo "repeat: $room: $tests tests, $times times on 1, 2 and 8 workers each, $((SECONDS - started)) s"
done
