#!/usr/bin/env bash
# Formatting: everything is as rustfmt leaves it.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --all --check
