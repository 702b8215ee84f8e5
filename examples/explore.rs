//! A bug that a test run hardly ever shows, found by exploring schedules, printed, and repeated.
//!
//! A shop keeps its stock in one cown and its books in another, and takes for granted that the orders reach both in the
//! same sequence. Nothing promises that: two behaviors without a common cown may run, and schedule, at the same time.
//!
//! `cargo run --release --example explore`

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use boc::prelude::*;

/// How many customers order at the same time.
const CUSTOMERS: u32 = 3;

type Orders = Cown<Vec<u32>>;

/// An order goes to the stock, and to the books. Two steps: somebody else's order may come in between.
fn order(stock: &Orders, books: &Orders, customer: u32) {
    #[boc::attr::when(stock)]
    fn reserve(stock: &mut Vec<u32>, customer: u32) {
        stock.push(customer);
    }
    #[boc::attr::when(books)]
    fn record(books: &mut Vec<u32>, customer: u32) {
        books.push(customer);
    }
    drop((reserve, record));
}

/// The same in one step.
fn order_at_once(stock: &Orders, books: &Orders, customer: u32) {
    when!(stock, books => {
        stock.push(customer);
        books.push(customer);
    });
}

/// Customers order, all at the same time; at the end the shop compares its stock with its books.
fn shop(order: fn(&Orders, &Orders, u32)) {
    let (stock, books) = (Orders::default(), Orders::default());
    for customer in 0..CUSTOMERS {
        when!(clone stock, clone books => order(&stock, &books, customer));
    }
    quiesce();
    let agree = when!(read stock, read books => *stock == *books);
    assert!(agree.join().unwrap(), "stock and books have the orders in different sequences");
}

/// What a test of the shop looks like.
fn test() {
    boc::explore(1000, |_| shop(order));
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("test") {
        return test();
    }
    println!("Exploring a shop with a bug:");
    let start = Instant::now();
    let found = run_test(None);
    println!("{found}\n(found in {:.0?}, with the start of a process)\n", start.elapsed());
    let seed = found.split("BOC_SEED=").nth(1).and_then(|rest| rest.split([' ', ',']).next());
    let seed = seed.expect("the report says how to repeat it");
    println!("The same run again, and no other, with BOC_SEED={seed}:");
    let again = run_test(Some(seed));
    println!("{again}");
    assert!(again.contains("different sequences"), "the same failure");
    println!(
        "The shop that orders in one step: {}, and none fails.\n",
        boc::explore(100_000, |_| shop(order_at_once))
    );
    rates();
}

/// This program again, as the test: it fails, and says why.
fn run_test(seed: Option<&str>) -> String {
    let this = std::env::current_exe().expect("a program has a path");
    let mut command = Command::new(this);
    command.arg("test").env_remove("BOC_SEED").envs(seed.map(|seed| ("BOC_SEED", seed)));
    let output = command.output().expect("this program runs");
    assert!(!output.status.success(), "the test finds the bug");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// How fast schedules are explored, beside the same shop with threads and locks under loom, a checker of threads.
///
/// The two do not do the same. Loom looks at every access to a lock or an atomic, so it is what a lock, or the runtime of
/// boc, is checked with. Here the runtime is taken for correct; what is left are the orders of whole behaviors.
fn rates() {
    println!("How many schedules there are, and how fast they are gone through:\n");
    println!("  {CUSTOMERS} customers                     schedules           per second");
    let ours = line("boc, one step", |limit| explored(order_at_once, limit));
    let random = |_| {
        let start = Instant::now();
        let runs = (0..SEEDS).filter(|&seed| agrees(seed)).count();
        println!("  (of {SEEDS} seeds {} find the bug)", SEEDS - runs as u64);
        (SEEDS as usize, false, start.elapsed())
    };
    line("boc, two steps, by seeds", random);
    let theirs = line("loom: threads and two locks", threads);
    let times = |ours: f64, theirs: f64| (ours / theirs).round();
    println!(
        "\nAll that can happen in the shop is known {} times sooner{}; schedule for schedule it is {} times faster.",
        times(theirs.2.as_secs_f64(), ours.2.as_secs_f64()),
        if theirs.1 { "" } else { ", at least" },
        times(rate(&ours), rate(&theirs)),
    );
}

/// How many schedules, whether these are all, how long it took.
type Count = (usize, bool, Duration);

fn rate(count: &Count) -> f64 {
    count.0 as f64 / count.2.as_secs_f64()
}

const SEEDS: u64 = if cfg!(test) { 100 } else { 20_000 };
const LIMIT: Duration = if cfg!(test) { Duration::from_millis(10) } else { Duration::from_secs(10) };

fn line(name: &str, count: impl FnOnce(Duration) -> Count) -> Count {
    let count = count(LIMIT);
    let (schedules, complete, took) = count;
    let how = if complete { format!("all of them in {took:.1?}") } else { format!("not all, in {took:.1?}") };
    println!("  {name:<28} {schedules:>12} {:>20.0}   {how}", rate(&count));
    count
}

fn explored(order: fn(&Orders, &Orders, u32), _: Duration) -> Count {
    let start = Instant::now();
    let explored = boc::explore(1_000_000, |_| shop(order));
    (explored.schedules(), explored.is_complete(), start.elapsed())
}

/// Whether stock and books agree under one seed.
fn agrees(seed: u64) -> bool {
    let runtime = Runtime::simulated(seed);
    let (stock, books) = (Orders::default(), Orders::default());
    runtime.enter(|| {
        for customer in 0..CUSTOMERS {
            when!(clone stock, clone books => order(&stock, &books, customer));
        }
        quiesce();
        when!(read stock, read books => *stock == *books).join().expect("it compares")
    })
}

/// The shop that orders in one step, with a thread for each customer and a lock for each cown.
fn threads(limit: Duration) -> Count {
    use loom::sync::{Arc, Mutex};
    static SCHEDULES: AtomicUsize = AtomicUsize::new(0);
    let start = Instant::now();
    let mut model = loom::model::Builder::new();
    model.max_duration = Some(limit);
    model.check(|| {
        SCHEDULES.fetch_add(1, Ordering::Relaxed);
        let shop = Arc::new((Mutex::new(Vec::new()), Mutex::new(Vec::new())));
        let order = |customer| {
            let shop = Arc::clone(&shop);
            loom::thread::spawn(move || {
                let (mut stock, mut books) = (shop.0.lock().expect("stock"), shop.1.lock().expect("books"));
                stock.push(customer);
                books.push(customer);
            })
        };
        let customers: Vec<_> = (0..CUSTOMERS).map(order).collect();
        customers.into_iter().for_each(|customer| customer.join().expect("a customer"));
        assert_eq!(*shop.0.lock().expect("stock"), *shop.1.lock().expect("books"));
    });
    (SCHEDULES.load(Ordering::Relaxed), start.elapsed() < limit, start.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_is_right_under_all_schedules_and_two_are_not() {
        let explored = boc::explore(10_000, |_| shop(order_at_once));
        assert!(explored.is_complete(), "{explored}");
        assert!((0..1000).any(|seed| !agrees(seed)));
        let found = std::panic::catch_unwind(test).expect_err("the bug is found");
        let message = found.downcast_ref::<&str>().expect("a message");
        assert!(message.contains("different sequences"), "{message}");
    }
}
