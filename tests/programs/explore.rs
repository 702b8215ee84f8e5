//! Explorations that fail, each in its way: run by tests/process/explore.rs, as a test named `my_test` would be.

use std::thread;

use boc::explore;
use boc::prelude::*;

/// Two behaviors, and an order that nothing promises.
fn order() {
    explore(1000, |_| {
        let log = Cown::new(Vec::new());
        for name in ["a", "b"] {
            let log = log.clone();
            #[boc::attr::when()]
            fn arrive(log: Cown<Vec<&'static str>>, name: &'static str) {
                when!(log => log.push(name));
            }
            drop(arrive);
        }
        quiesce();
        assert_eq!(when!(read log => log.clone()).join().unwrap(), ["a", "b"]);
    });
}

/// As above, with so many others that not all orders can be tried.
fn crowd() {
    explore(1000, |_| {
        let log = Cown::new(Vec::new());
        for n in 0..8 {
            let log = log.clone();
            when!(=> drop(when!(log => log.push(n))));
        }
        quiesce();
        let log = when!(read log => log.clone()).join().unwrap();
        let place = |n| log.iter().position(|&logged| logged == n);
        assert!(place(0) < place(7), "7 before 0");
    });
}

/// A behavior panics, and its promise is dropped.
fn unseen() {
    explore(1000, |_| {
        drop(when!(=> panic!("nobody hears this")));
    });
}

/// Something waits for ever.
fn leak() {
    explore(1000, |_| {
        let (resolver, promise) = Promise::<u32>::new();
        drop(when!(promise => *promise));
        std::mem::forget(resolver);
    });
}

/// A scope waits for what is only resolved after it.
fn scope() {
    explore(1000, |_| {
        let (resolver, promise) = Promise::<u32>::new();
        let mut sum = 0;
        boc::scope(|s| {
            let sum = &mut sum;
            drop(when!(in s; promise => *sum += *promise));
        });
        resolver.resolve(1);
    });
}

/// A thread schedules on the global runtime what belongs to the run, and its panic goes unheard.
fn stray() {
    explore(1000, |_| {
        let cown = Cown::new(0);
        let elsewhere = thread::spawn(move || drop(when!(cown => *cown += 1)));
        drop(elsewhere.join());
    });
}

/// Another order each time, whatever the seed.
fn random() {
    let mut runs = 0;
    explore(1000, |_| {
        runs += 1;
        for _ in 0..runs {
            drop(when!(=> ()));
        }
        quiesce();
        panic!("at some time");
    });
}

fn right() {
    let explored = explore(1000, |_| drop((when!(=> ()), when!(=> ()))));
    println!("{explored}");
}

fn main() {
    let test = match std::env::args().nth(1).as_deref() {
        Some("order") => order,
        Some("crowd") => crowd,
        Some("unseen") => unseen,
        Some("leak") => leak,
        Some("scope") => scope,
        Some("stray") => stray,
        Some("random") => random,
        _ => right,
    };
    let named = thread::Builder::new().name("my_test".to_owned());
    if named.spawn(test).expect("a thread").join().is_err() {
        std::process::exit(101);
    }
}
