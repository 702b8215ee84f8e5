#!/usr/bin/env bash
# Lints: clippy's warnings are errors, on every target, with every feature and with none.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo clippy --workspace --all-targets --all-features -- -D warnings
cargo clippy --workspace --all-targets -- -D warnings
