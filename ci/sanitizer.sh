#!/usr/bin/env bash
# What ci/asan.sh and ci/tsan.sh share; they source it.
#
# The tests that run: those of the contract and the random programs (tests/tests), and the runtime's own. Left out:
#   - compile_fail runs cargo and rustc, which are no part of the project;
#   - some of process/faults limit the address space to what a program may need; a sanitizer's shadow memory alone takes
#     terabytes of it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Many tests panic on purpose, and a report has a backtrace of its own.
export RUST_BACKTRACE=0
host=x86_64-unknown-linux-gnu
# Sanitizers are not stable: a nightly compiler, or the usual one with its switch.
if rustc +nightly --version >/dev/null 2>&1; then
    toolchain=(+nightly)
else
    toolchain=()
    export RUSTC_BOOTSTRAP=1
fi

# unwell NAME FLAGS REPORT: the sanitizer notices what is wrong with a small program (standard input). If it does not, the
# rest would say nothing.
unwell() {
    local name=$1 flags=$2 report=$3 program
    program=$(mktemp -d)
    cat >"$program/main.rs"
    # shellcheck disable=SC2086
    rustc "${toolchain[@]}" --target "$host" $flags "$program/main.rs" -o "$program/main"
    if "$program/main" >"$program/output" 2>&1 || ! grep -q "$report" "$program/output"; then
        cat "$program/output" >&2
        echo "$name: does not notice a $report" >&2
        exit 1
    fi
    rm -r "$program"
}

# sanitize NAME FLAGS SUPPRESSIONS [room of tests, or filter or option of libtest ..]
sanitize() {
    local name=$1 flags=$2 suppressions=$3 all=$(($# == 3)) started=$SECONDS status=0 targets=() passed kind pattern
    shift 3
    while [ $# -gt 0 ] && [ -e "tests/tests/$1.rs" -o -d "tests/tests/$1" -o "$1" = boc-runtime ]; do
        if [ "$1" = boc-runtime ]; then targets+=(--lib); else targets+=(--test "$1"); fi
        shift
    done
    if [ ${#targets[@]} -eq 0 ]; then
        targets=(--lib)
        for path in tests/tests/*; do
            path=$(basename "$path" .rs)
            [ "$path" = compile_fail ] || targets+=(--test "$path")
        done
    fi
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    # Optimized a little, so that a lot runs; with lines for the reports. boc_sanitizer: tests may take longer.
    RUSTFLAGS="$flags --cfg boc_sanitizer" CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=line-tables-only \
        timeout --kill-after=30 "${BOC_SANITIZER_LIMIT:-7200}" \
        cargo "${toolchain[@]}" test --target "$host" --target-dir "target/$name" -p boc-tests -p boc-runtime \
        "${targets[@]}" --no-fail-fast -- \
        --skip a_runtime_whose_threads_cannot_be_started_is_an_error_and_leaves_none \
        --skip a_global_runtime_that_cannot_be_started_is_a_panic_that_says_so \
        --skip out_of_memory_aborts_with_rusts_own_message "$@" 2>&1 | tee "$log" || status=$?
    passed=$(sed -nE 's/^test result: .* ([0-9]+) passed.*/\1/p' "$log" | awk '{ sum += $1 } END { print sum + 0 }')
    if [ "$status" -ne 0 ]; then
        [ "$status" -eq 124 ] && echo "$name: not finished: a hang?" >&2
        grep -hE '^(SUMMARY: |test .* FAILED|error: test failed|\*\*\* )' "$log" | sort | uniq -c >&2 || true
        echo "$name: FAILED, with $passed tests passed, in $((SECONDS - started)) s" >&2
        exit "$status"
    fi
    [ "$passed" -gt 0 ] || { echo "$name: no test has run" >&2; exit 1; }
    # A suppression that suppresses nothing would only hide something new. (They print those that were used.)
    while [ "$all" -eq 1 ] && IFS=: read -r kind pattern; do
        awk -v "one=$pattern" -v "other=$kind:$pattern" '$1 ~ /^[0-9]+$/ && ($NF == one || $NF == other) { found = 1 }
            END { exit !found }' "$log" || { echo "$name: $suppressions: not needed: $kind:$pattern" >&2; status=1; }
    done < <(grep -v '^#' "$suppressions")
    [ "$status" -eq 0 ] || exit "$status"
    echo "$name: $passed tests passed and nothing was reported, in $((SECONDS - started)) s"
}
