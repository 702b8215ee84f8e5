//! Programs with a fixed number of behaviors, for `benches/icount.sh` to run under callgrind: `boc-icount PROGRAM ROUNDS`.
//!
//! Prints how many behaviors it ran. What a behavior costs is the difference between two lengths of one program,
//! divided by the behaviors that the longer one has more: start and end cancel out.
//!
//! The figures have to be the same in every run, so nothing in here may depend on time. One worker; what runs on it is
//! scheduled by a body, so that it always finds something to do; and a thread that waits sleeps from start to end.

mod gate;
mod programs;

use std::process::ExitCode;

use boc::prelude::*;

use programs::{PROGRAMS, Program, ROUND};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--list"] => {
            PROGRAMS.iter().for_each(|(name, _)| println!("{name}"));
            return ExitCode::SUCCESS;
        }
        [name, rounds] => {
            let program = PROGRAMS.iter().find(|(known, _)| *known == name);
            if let (Some((_, program)), Ok(rounds)) = (program, rounds.parse()) {
                println!("{}", run(*program, rounds));
                return ExitCode::SUCCESS;
            }
        }
        _ => {}
    }
    let names: Vec<_> = PROGRAMS.iter().map(|(name, _)| *name).collect();
    eprintln!(
        "usage: boc-icount --list | boc-icount PROGRAM ROUNDS, where PROGRAM is one of {}",
        names.join(", ")
    );
    ExitCode::FAILURE
}

/// The number of behaviors that ran: those of the rounds, and what the program needs around them.
fn run(program: Program, rounds: u64) -> u64 {
    let runtime = Runtime::builder().workers(1).build().expect("a worker thread");
    runtime.enter(|| program(rounds));
    runtime.quiesce();
    let behaviors = runtime.stats().finished;
    assert!(behaviors >= rounds * ROUND, "{behaviors} behaviors in {rounds} rounds");
    behaviors
}
