#!/usr/bin/env bash
# Stress: every stress test, in release, so many times its usual number of rounds (default: 1000).
#   ci/stress.sh [times] [name of a test ..]
# Each round has a deadline and a seed; a failure prints the seed, and BOC_TEST_SEED=<seed> replays the round.
set -euo pipefail
cd "$(dirname "$0")/.."

times=${1:-1000}
shift || true
limit=${BOC_STRESS_LIMIT:-14400}

cargo test --release -p boc-tests --test 'stress_*' --no-run
started=$SECONDS
BOC_STRESS=$times timeout --kill-after=30 "$limit" cargo test --release -p boc-tests --test 'stress_*' -- "$@" || {
    status=$?
    [ "$status" -eq 124 ] && echo "ci/stress.sh: not finished after $limit s: a hang, or too many rounds" >&2
    exit "$status"
}
echo "stress: $times times every round in $((SECONDS - started)) s, no hang, no failure"
