#!/usr/bin/env bash
# Valgrind's memcheck: no wrong access and no leak in some short programs (tests/programs), as the usual compiler builds them.
#   ci/valgrind.sh [program, with its arguments ..]       for instance: ci/valgrind.sh "global fresh" "faults starved"
# Unlike ci/asan.sh it sees the standard library too. Every block comes from the global allocator (boc_system_alloc): of the
# inside of a slab's page it would see nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v valgrind >/dev/null || { echo "valgrind: not installed" >&2; exit 1; }
started=$SECONDS
programs=("$@")
[ $# -gt 0 ] || programs=(main-token main-plain 'main-result 21' 'global fresh' 'faults starved' 'explore right')
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
memcheck() {
    timeout --kill-after=30 "${BOC_VALGRIND_LIMIT:-600}" valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect,possible \
        --suppressions=ci/valgrind.supp --fair-sched=yes "$@"
}

# It notices what is wrong with a small program; if it did not, the rest would say nothing.
cat >"$work/unwell.rs" <<'RUST'
fn main() {
    let at = Box::into_raw(Box::new(1_u8));
    if std::env::args().count() > 1 {
        drop(unsafe { Box::from_raw(at) });
        std::hint::black_box(unsafe { at.read() });
    }
    std::hint::black_box(at);
}
RUST
rustc -O "$work/unwell.rs" -o "$work/unwell"
for argument in '' freed; do
    status=0
    memcheck "$work/unwell" $argument >/dev/null 2>&1 || status=$?
    [ "$status" -eq 99 ] || { echo "valgrind: does not notice a ${argument:-leaked} block" >&2; exit 1; }
done

RUSTFLAGS='--cfg boc_system_alloc' CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=line-tables-only \
    cargo build -p boc-tests --bins --target-dir target/valgrind
for program in "${programs[@]}"; do
    read -ra words <<<"$program"
    status=0
    BOC_WORKERS=4 memcheck "target/valgrind/debug/program-${words[0]}" "${words[@]:1}" >"$work/output" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        cat "$work/output" >&2
        echo "valgrind: $program: FAILED ($status)" >&2
        exit 1
    fi
    echo "valgrind: $program: clean"
done
echo "valgrind: ${#programs[@]} programs without a wrong access or a leak, in $((SECONDS - started)) s"
