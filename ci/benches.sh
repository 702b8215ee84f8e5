#!/usr/bin/env bash
# Benchmarks: what they are made of, without the peers: clippy, and each program once, small, with its check.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo clippy -p boc-benches --no-default-features --all-targets -- -D warnings
cargo test -p boc-chain-ring -p boc-micro -p boc-savina -p boc-benches --no-default-features
