#!/usr/bin/env bash
# ThreadSanitizer: the tests of the contract, the random programs and the runtime's own.
#   ci/tsan.sh [room of tests ..] [name of a test ..]      boc-runtime stands for the runtime's own tests
# It does not understand fences; in the runtime none orders data (they keep sleepers from missing what they are to see). The
# standard library is compiled without it: ci/tsan.supp says what follows.
source "$(dirname "$0")/sanitizer.sh"

flags='-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer'
export TSAN_OPTIONS="suppressions=$PWD/ci/tsan.supp:print_suppressions=1:${TSAN_OPTIONS:-}"
unwell tsan "$flags" 'data race' <<'RUST'
static mut COUNT: u32 = 0;
fn main() {
    let other = std::thread::spawn(|| unsafe { COUNT += 1 });
    unsafe { COUNT += 1 };
    other.join().unwrap();
}
RUST
# What tests print is not captured: that happens inside of the library, under a lock that it does not see.
export RUST_TEST_NOCAPTURE=1
sanitize tsan "$flags" ci/tsan.supp "$@"
