#!/usr/bin/env bash
# Instructions: no behavior costs more of them than its budget allows.
set -euo pipefail
cd "$(dirname "$0")/.."

benches/icount.sh
