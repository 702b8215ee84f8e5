#!/usr/bin/env bash
# Stress: so many rounds (default: 1000) of every stress test, in release.
#   ci/stress.sh [rounds] [name of a test ..]
# Each round has a deadline and a seed; a failure prints the seed, and BOC_TEST_SEED=<seed> replays the round.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-1000}
shift || true
limit=${BOC_STRESS_LIMIT:-7200}

cargo test --release -p boc-tests --test stress --no-run
started=$SECONDS
export BOC_STRESS_ROUNDS=$rounds
timeout --kill-after=30 "$limit" cargo test --release -p boc-tests --test stress -- "$@" || {
    status=$?
    [ "$status" -eq 124 ] && echo "ci/stress.sh: not finished after $limit s: a hang, or too many rounds" >&2
    exit "$status"
}
echo "stress: $rounds rounds of every stress test in $((SECONDS - started)) s, no hang, no failure"
