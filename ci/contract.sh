#!/usr/bin/env bash
# Contract: the tests that tests/README.md names beside the sentences of the contract exist. A name is `file::function` or
# `room::file::function`, in tests/tests (or with the crate before it), or `ui/room/program`.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0
count=0
while read -r name; do
    count=$((count + 1))
    case $name in
    ui/*) [ -f "tests/$name.rs" ] && continue ;;
    boc-macros::*) IFS=: read -r _ _ file _ function <<<"$name" && path=boc-macros/src/tests/$file.rs ;;
    boc-runtime::*) IFS=: read -r _ _ file _ function <<<"$name" && path=boc-runtime/tests/$file.rs ;;
    *) function=${name##*::} && file=${name%::*} && path=tests/tests/${file/::/\/}.rs ;;
    esac
    grep -qsE "^ *fn $function\(" "${path:-}" && continue
    echo "contract: tests/README.md names \`$name\`, which is not there" >&2
    failed=1
done < <(sed -n '/^## The contract/,/^## [^T]/p' tests/README.md | grep '^|' | grep -oE '`(ui/[a-z_/]+|[a-z-]*:{0,2}[a-z_]+::[a-z_0-9]+)`' | tr -d '`')

[ "$count" -gt 100 ] || { echo "contract: only $count tests are named in tests/README.md" >&2; failed=1; }
[ "$failed" -eq 0 ] && echo "contract: $count names of tests, all of them there"
exit "$failed"
