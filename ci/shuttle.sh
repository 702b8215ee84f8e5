#!/usr/bin/env bash
# Shuttle: the programs of boc-runtime/src/schedules, on the whole runtime, under many schedules of their threads.
#   SHUTTLE_ITERATIONS=n   schedules of each program (10000)
#   SHUTTLE_TEST=name      only programs with this in their names
#   SHUTTLE_SEED=schedule  that one again, as a failure names it
#   SHUTTLE_BASE=n         the schedules of that run again
set -euo pipefail
cd "$(dirname "$0")/.."

export SHUTTLE_ITERATIONS=${SHUTTLE_ITERATIONS:-10000}
export RUSTFLAGS="--cfg shuttle ${RUSTFLAGS:-}"
# With debug assertions: the protocols assert what they rely on.
export CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS=true CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=0
# A short run does not pay for an optimized build.
profile=release
[ -z "${SHUTTLE_SEED:-}" ] && [ "$SHUTTLE_ITERATIONS" -gt 500 ] || profile=dev
started=$SECONDS
log=$(mktemp)
# What is under way, program by program, for a process that ends without a word.
SHUTTLE_NOTES=$(mktemp -d)
export SHUTTLE_NOTES
trap 'rm -rf "$log" "$SHUTTLE_NOTES"' EXIT
# Not captured: what a process has to say that aborts would be lost.
timeout --kill-after=30 "${BOC_SHUTTLE_LIMIT:-3600}" \
    cargo test -p boc-runtime --lib --profile "$profile" --target-dir target/shuttle -- --nocapture schedules:: \
    >"$log" 2>&1 || {
    status=$?
    cat "$log" >&2
    if ! grep -q ' fails under schedule ' "$log"; then
        for note in "$SHUTTLE_NOTES"/*; do
            [ -s "$note" ] && echo "under way: SHUTTLE_TEST=$(basename "$note") SHUTTLE_SEED=$(<"$note") ci/shuttle.sh" >&2
        done
    fi
    [ "$status" -eq 124 ] && echo "ci/shuttle.sh: not finished: BOC_SHUTTLE_LIMIT says how long it may take" >&2
    exit "$status"
}
grep -E ' choices, ' "$log" | sort
ran=$(grep -cE ' choices, ' "$log") || { echo "ci/shuttle.sh: no program is called that" >&2; exit 1; }
if [ -z "${SHUTTLE_SEED:-}" ]; then
    echo "shuttle: $ran programs hold under $SHUTTLE_ITERATIONS schedules each, in $((SECONDS - started)) s"
fi
