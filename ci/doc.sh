#!/usr/bin/env bash
# Documentation: builds without a warning. The runtime's also with its private items, because its READMEs are part
# of it and link to them: a link to something that was renamed is an error here.
set -euo pipefail
cd "$(dirname "$0")/.."

# ci/benches.sh looks at what the benchmarks are made of without the peers.
heavy=(--exclude boc-benches --exclude boc-peers)

export RUSTDOCFLAGS="-D warnings"
cargo doc --workspace "${heavy[@]}" --all-features --no-deps
cargo doc -p boc-runtime --all-features --no-deps --document-private-items
