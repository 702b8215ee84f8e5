//! A request with a time-out whose money moves anyway, found by exploring schedules in virtual time.
//!
//! A shop gives up after 30 ms and tells its customer that nothing was paid. But a behavior that was scheduled runs, sooner
//! or later: if the bank's answer is late, the money has moved all the same. On a fast network no test shows that. Here the
//! network is a timer, and an hour passes in no time.
//!
//! `cargo run --example late_answer`

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use boc::prelude::*;
use boc::{after, explore};

/// How long the shop waits for the bank.
const LIMIT: Duration = Duration::from_millis(30);

/// The bank: answers when the network has brought the request.
fn transfer(src: &Cown<u32>, dst: &Cown<u32>, latency: Duration) -> Promise<()> {
    let arrives = after(latency);
    when!(arrives, src, dst => {
        *src -= 10;
        *dst += 10;
    })
}

/// The shop: whether it was paid, as far as it knows.
fn pay(src: &Cown<u32>, dst: &Cown<u32>, latency: Duration) -> bool {
    transfer(src, dst, latency).join_timeout(LIMIT).is_ok()
}

/// The same, and right: the request can be withdrawn as long as it has not been carried out.
fn pay_or_withdraw(src: &Cown<u32>, dst: &Cown<u32>, latency: Duration) -> bool {
    let (order, arrives) = (Cown::new(Some(10)), after(latency));
    let transfer = when!(arrives, clone order, clone src, clone dst => {
        drop(when!(order, src, dst => if let Some(amount) = order.take() {
            *src -= amount;
            *dst += amount;
        }));
    });
    // In time or not: what was not carried out now never will be.
    let _ = transfer.join_timeout(LIMIT);
    when!(order => order.take().is_none()).join().expect("it takes an order")
}

/// A payment over a network that is fast, exactly as slow as the shop is patient, or very slow.
fn test(pay: fn(&Cown<u32>, &Cown<u32>, Duration) -> bool) {
    for latency in [Duration::from_millis(5), LIMIT, Duration::from_secs(3600)] {
        let (src, dst) = (Cown::new(100), Cown::new(0));
        let paid = pay(&src, &dst, latency);
        quiesce();
        let moved = when!(read dst => *dst != 0).join().expect("it compares");
        assert_eq!(moved, paid, "the customer was told something else (the network took {latency:?})");
    }
}

fn main() {
    println!("Exploring a shop whose bank may answer late:");
    let start = Instant::now();
    let found = catch_unwind(AssertUnwindSafe(|| explore(1000, |_| test(pay))));
    let took = start.elapsed();
    assert!(found.is_err(), "the bug is found");
    println!("(found in {took:.0?})\n");
    let explored = explore(1000, |_| test(pay_or_withdraw));
    println!("The shop that withdraws its request: {explored}, and none fails.");
}

#[cfg(test)]
#[test]
fn the_late_answer_is_found_and_the_mend_is_right() {
    main();
}
