#!/usr/bin/env bash
# Features: what `cargo test` leaves out because it is behind one. (ci/lint.sh builds every combination.)
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test -p boc-runtime --features tracing --test tracing
