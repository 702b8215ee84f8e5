#!/usr/bin/env bash
# Tests: exactly the command of the README. Further arguments go to it.
# A hang ends by itself (every test that waits has a deadline); the limit around it is for the unforeseen.
set -euo pipefail
cd "$(dirname "$0")/.."

timeout --kill-after=30 "${BOC_TEST_LIMIT:-1200}" cargo test "$@" || {
    status=$?
    [ "$status" -eq 124 ] && echo "ci/test.sh: not finished after ${BOC_TEST_LIMIT:-1200} s: a hang" >&2
    exit "$status"
}
