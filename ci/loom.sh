#!/usr/bin/env bash
# Loom: the models of the small protocols, under every schedule with so many preemptions (default: 3).
#   ci/loom.sh [preemptions] [name of a model ..]
# First it holds the documents to the models: every race that a protocol's README.md tells (`**Name.**`, under a heading with
# the word Races) has a model of the same name beside the code, in `loom.rs` or `loom/`, and every model has its race.
set -euo pipefail
cd "$(dirname "$0")/.."

preemptions=${1:-3}
shift || true

races() {
    awk '/^## /{ on = /Races/ } on && /^\*\*/' "$1" | sed -nE 's/^\*\*([^*]+)\.\*\*.*/\1/p' |
        tr '[:upper:]' '[:lower:]' | sed -E 's/[`'\'']//g; s/[^a-z0-9]+/_/g' | sort
}
models() {
    grep -rhA1 --include='*.rs' '^#\[test\]' $(find "$1" -path '*loom*' -name '*.rs') | sed -nE 's/^fn ([a-z0-9_]+)\(\).*/\1/p' | sort
}
failed=0
for readme in $(grep -rlE '^## .*Races' --include=README.md boc-runtime/src); do
    differ=$(diff <(races "$readme") <(models "$(dirname "$readme")")) || {
        echo "loom: $readme (<) and the models beside it (>) do not agree:" >&2
        grep '^[<>]' <<<"$differ" >&2
        failed=1
    }
done
[ "$failed" -eq 0 ] || exit 1

export LOOM_MAX_PREEMPTIONS=$preemptions
export RUSTFLAGS="--cfg loom ${RUSTFLAGS:-}"
# With debug assertions: the protocols assert what they rely on.
export CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS=true
started=$SECONDS
log=$(mktemp)
trap 'rm -f "$log"' EXIT
timeout --kill-after=30 "${BOC_LOOM_LIMIT:-1800}" \
    cargo test -p boc-runtime --lib --release --target-dir target/loom -- --show-output "${@:-loom::}" >"$log" 2>&1 || {
    status=$?
    cat "$log" >&2
    [ "$status" -eq 124 ] && echo "ci/loom.sh: not finished: too many schedules" >&2
    exit "$status"
}
grep -E ' schedules, ' "$log" | sort
echo "loom: $(grep -cE ' schedules, ' "$log") models hold under every schedule with $preemptions preemptions, in $((SECONDS - started)) s"
