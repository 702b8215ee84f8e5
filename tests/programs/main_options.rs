//! `#[boc::main(workers = ..)]`: the argument says which of the functions is the program's `main`.

use std::collections::HashSet;
use std::sync::{Arc, Barrier};
use std::thread;

use boc::prelude::*;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("token and result") => with_token_and_result().expect("it succeeds"),
        Some("nothing") => with_nothing(),
        Some("renamed") => renamed(),
        Some(_) => computed(),
        None => panic!("which one?"),
    }
}

#[boc::main(workers = 4)]
fn with_token_and_result(main: MainThread) -> Result<(), Failure> {
    let canvas = PinnedCown::new(&main, thread::current().id());
    let met = meet(4);
    when!(pinned canvas, met => {
        assert_eq!(*canvas, thread::current().id());
        println!("{} threads met", *met);
    })
    .join()
}

#[boc::main(workers = 4)]
fn with_nothing() {
    let met = meet(4);
    when!(met => println!("{} threads met", *met));
}

#[boc::main(workers = 2 + 1, crate = ::boc,)]
fn renamed() {
    let met = meet(3);
    when!(met => println!("{} threads met", *met));
}

#[boc::main(workers = asked())]
fn computed() {
    let met = meet(asked());
    when!(met => println!("{} threads met", *met));
}

fn asked() -> usize {
    std::env::args().nth(1).expect("how many").parse().expect("a number")
}

/// How many threads run bodies at the same time, if that many can; waits for ever if they cannot.
fn meet(workers: usize) -> Promise<usize> {
    let together = Arc::new(Barrier::new(workers));
    let met: Vec<_> = (0..workers)
        .map(|_| {
            when!(clone together => {
                together.wait();
                thread::current().id()
            })
        })
        .collect();
    when!(met => met.iter().collect::<HashSet<_>>().len())
}
