#!/usr/bin/env bash
# AddressSanitizer and LeakSanitizer: the tests of the contract, the random programs and the runtime's own.
#   ci/asan.sh [room of tests ..] [name of a test ..]      boc-runtime stands for the runtime's own tests
# Every block comes from the global allocator (boc_system_alloc): of the inside of a slab's page they would see nothing.
source "$(dirname "$0")/sanitizer.sh"

flags='-Zsanitizer=address --cfg boc_system_alloc'
export ASAN_OPTIONS="detect_leaks=1:${ASAN_OPTIONS:-}"
export LSAN_OPTIONS="suppressions=$PWD/ci/lsan.supp:print_suppressions=1:${LSAN_OPTIONS:-}"
unwell asan "$flags" heap-use-after-free <<'RUST'
fn main() {
    let at = Box::into_raw(Box::new(1_u8));
    drop(unsafe { Box::from_raw(at) });
    std::hint::black_box(unsafe { at.read() });
}
RUST
unwell asan "$flags" 'detected memory leaks' <<'RUST'
fn main() {
    std::mem::forget(std::hint::black_box(vec![1_u8; 100]));
}
RUST
sanitize asan "$flags" ci/lsan.supp "$@"
