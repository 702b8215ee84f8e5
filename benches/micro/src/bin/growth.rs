//! How the cost of a behavior grows: with the number of behaviors in all, of those that wait at once, of cowns, and of the
//! cowns in a request set; and how long a sleeping worker takes to wake up.
//!
//! `cargo run --release -p boc-micro --bin growth [most]`, where `most` (10000000) is the largest number of behaviors.
//!
//! Each row is a figure at several sizes, which take turns: the median of [`REPETITIONS`] each, in nanoseconds on one worker.

use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use boc::prelude::*;
use boc_micro::{ROUND, cowns, rounds, rounds_holding, runtime};

const REPETITIONS: usize = if cfg!(test) { 1 } else { 9 };
const USUAL: u64 = 10_000_000;

fn main() -> ExitCode {
    let most = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => Some(USUAL),
        [most] => most.parse().ok().filter(|&most| most >= 10_000),
        _ => None,
    };
    let Some(most) = most else {
        eprintln!("usage: growth [most], where most is the largest number of behaviors, from 10000");
        return ExitCode::FAILURE;
    };
    run(most);
    ExitCode::SUCCESS
}

fn run(most: u64) {
    table("per behavior, so many in all", &tens(10_000, most), in_all);
    table("per behavior, so many wait at once", &tens(10_000, most / 10), at_once);
    table("per behavior, on so many cowns in turn", &tens(10, most / 10), on_cowns);
    table("per cown of a group of so many", &[1, 10, 100, 1000, 10_000], per_member);
    table("from `when` to the body, after a sleep of so many ms", &[1, 10, 100], wake_up);
}

/// Powers of ten.
fn tens(from: u64, to: u64) -> Vec<u64> {
    std::iter::successors(Some(from), |n| n.checked_mul(10)).take_while(|&n| n <= to.max(from)).collect()
}

/// Prints the medians, and how far they are apart.
fn table(what: &str, sizes: &[u64], measure: fn(u64) -> f64) {
    let mut figures = vec![Vec::new(); sizes.len()];
    for _ in 0..REPETITIONS {
        for (size, figures) in sizes.iter().zip(&mut figures) {
            figures.push(measure(*size));
        }
    }
    println!("{what}:");
    for (size, figures) in sizes.iter().zip(&mut figures) {
        figures.sort_by(f64::total_cmp);
        let [low, median, high] = [1, 2, 3].map(|quarter| figures[figures.len() * quarter / 4]);
        println!("{size:>12}{median:>12.1} ns    quartiles {low:.1} to {high:.1}");
    }
}

fn per_each(time: Duration, count: u64) -> f64 {
    time.as_secs_f64() * 1e9 / count as f64
}

/// A hundred at a time, on one cown.
fn in_all(behaviors: u64) -> f64 {
    let cown = Cown::new(0_u64);
    let round = on(&cown, ROUND as u64);
    per_each(rounds_holding(&runtime(1), behaviors / ROUND as u64, &cown, round), behaviors)
}

/// All of them scheduled before the first one runs.
fn at_once(behaviors: u64) -> f64 {
    let cown = Cown::new(0_u64);
    let round = on(&cown, behaviors);
    per_each(rounds_holding(&runtime(1), 1, &cown, round), behaviors)
}

fn on(cown: &Cown<u64>, behaviors: u64) -> impl Fn() + Send + Sync + use<> {
    let cown = cown.clone();
    move || (0..behaviors).for_each(|_| drop(when!(cown => *cown += 1)))
}

/// A million on cowns in turn, a hundred at a time.
fn on_cowns(count: u64) -> f64 {
    let behaviors = if cfg!(test) { 1000 } else { count.max(1_000_000) };
    let cowns = cowns(count as usize);
    let round = move || {
        for _ in 0..ROUND {
            let place = NEXT.get();
            NEXT.set((place + 1) % cowns.len());
            let cown = &cowns[place];
            when!(cown => *cown += 1);
        }
    };
    per_each(rounds(&runtime(1), behaviors / ROUND as u64, round), behaviors)
}

/// One behavior after the other on a group.
fn per_member(count: u64) -> f64 {
    let behaviors = (if cfg!(test) { 1000 } else { 1_000_000 } / count).max(ROUND as u64);
    let cells = cowns(count as usize);
    let first = cells[0].clone();
    let round = move || (0..ROUND).for_each(|_| drop(when!(cells => cells[0] += 1)));
    let rounds = behaviors / ROUND as u64;
    per_each(rounds_holding(&runtime(1), rounds, &first, round), rounds * ROUND as u64 * count)
}

/// The worker has had nothing to do for that long.
fn wake_up(milliseconds: u64) -> f64 {
    let runtime = runtime(1);
    sleep(Duration::from_millis(milliseconds));
    let started = Instant::now();
    let woken = when!(in runtime; => Instant::now()).join().expect("no panic");
    per_each(woken - started, 1)
}

std::thread_local! {
    /// The worker's next cown.
    static NEXT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_figure_can_be_measured() {
        super::run(10_000);
    }
}
