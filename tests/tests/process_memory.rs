//! Promise: memory comes back. One process for this: what is measured is the process's.

#![cfg(all(target_os = "linux", not(boc_sanitizer), not(boc_system_alloc)))]

use std::time::{Duration, Instant};

use boc::prelude::*;
use boc_tests::on_exactly;

/// The resident memory of this process, in pages of the system.
fn resident() -> u64 {
    let sizes = std::fs::read_to_string("/proc/self/statm").expect("Linux has it");
    sizes.split(' ').nth(1).expect("the second figure").parse().expect("a number")
}

#[test]
fn a_burst_of_behaviors_goes_back_to_the_system() {
    on_exactly(2, || {
        let before = resident();
        let (resolver, gate) = Promise::<()>::new();
        let cown = Cown::new(0_u64);
        when!(cown, gate => *cown += 1);
        for _ in 0..1_000_000 {
            when!(cown => *cown += 1);
        }
        let queued = resident() - before;
        resolver.resolve(());
        quiesce();
        // The scheduling thread does nothing more: workers free what it has allocated, and tidy.
        let begun = Instant::now();
        let mut left = queued;
        while left > queued * 2 / 3 && begun.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(10));
            left = resident().saturating_sub(before);
        }
        assert!(left <= queued * 2 / 3, "{queued} pages were queued, and {left} are still there");
    });
}
