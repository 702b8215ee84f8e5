#!/usr/bin/env bash
# Fences: what the compiler does not check by itself about who may use what.
#   - boc and boc-macros forbid unsafe code, and the macros do not write any either;
#   - in boc-runtime, what a model checker has to see comes through one door: src/sync.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0
complain() {
    echo "fences: $1" >&2
    failed=1
}

# The lines of Rust files with their names and numbers, without comments (which may say what they like).
code() {
    grep -rn --include='*.rs' '' "$@" | grep -vE '^[^:]+:[0-9]+:[[:space:]]*//' | sed -E 's#[[:space:]]//.*$##'
}

for crate in boc boc-macros; do
    grep -qx '#!\[forbid(unsafe_code)\]' "$crate/src/lib.rs" || complain "$crate/src/lib.rs does not forbid unsafe_code"
done

# The macros have to know the word, to refuse `unsafe fn` and to speak of it: as a string, a doc or a token's name.
words=$(code boc/src boc-macros/src | grep -wE 'unsafe' | grep -vE '"[^"]*\bunsafe\b[^"]*"|Token!\[unsafe\]|`unsafe' || true)
[ -z "$words" ] || complain "unsafe outside of boc-runtime:"$'\n'"$words"

seen='(std|core)::sync::(atomic|Mutex|Condvar|RwLock)|parking_lot|crossbeam_deque|LazyLock|(std|core)::hint::spin_loop|thread::yield_now'
doors=$(code boc-runtime/src | grep -E "$seen" | grep -vE '^boc-runtime/src/(sync/|schedules/|[^:]*tests\.rs:)' || true)
# A simulation has one thread, and time only ends it.
seen='std::time::(\{[^}]*)?Instant|std::thread(;|::(\{|self|Builder|JoinHandle|ThreadId|current|spawn))'
doors+=$(code boc-runtime/src | grep -E "$seen" | grep -vE '^boc-runtime/src/(sync/|schedules/|sim/|[^:]*tests\.rs:)' || true)
[ -z "$doors" ] || complain "what does not come through boc-runtime/src/sync:"$'\n'"$doors"
locals=$(grep -rlE '^thread_local!' boc-runtime/src | xargs grep -LE '\bthread_local[,;}]' || true)
[ -z "$locals" ] || complain "thread-locals that do not come through boc-runtime/src/sync: $locals"

[ "$failed" -eq 0 ] && echo "fences: unsafe code and atomics are where they belong"
exit "$failed"
