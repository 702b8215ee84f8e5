#!/usr/bin/env bash
# Lints: clippy's warnings are errors, on every target, with every feature and with none.
set -euo pipefail
cd "$(dirname "$0")/.."

# ci/benches.sh looks at what the benchmarks are made of without the peers.
heavy=(--exclude boc-benches --exclude boc-peers)

cargo clippy --workspace "${heavy[@]}" --all-targets --all-features -- -D warnings
cargo clippy --workspace "${heavy[@]}" --all-targets -- -D warnings
