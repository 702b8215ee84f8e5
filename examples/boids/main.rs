//! Boids: a flock that is computed by behaviors on all cores, and drawn by the one thread that owns the window.
//!
//! ```text
//! cargo run --release --example boids                               # a window, or without a display a GIF
//! cargo run --release --example boids -- --mode record              # boids.gif
//! cargo run --release --example boids -- --mode headless --verify   # no picture; checked bit for bit
//! ```
//!
//! The one file that needs behaviors is `flock.rs`, and it is the one to read. `rules.rs` holds what a boid does, `grid.rs`
//! who is near whom, `sequential.rs` the same flight without behaviors, and the rest is window, file and command line.

mod cli;
mod draw;
mod error;
mod flock;
mod font;
mod grid;
mod headless;
mod interrupt;
mod output;
mod palette;
mod record;
mod rules;
mod screen;
mod sequential;
mod state;
mod tally;
#[cfg(test)]
mod tests;
mod verify;
mod window;

use std::process::ExitCode;

use boc::prelude::{MainThread, Runtime};
use clap::Parser;

use crate::cli::{Mode, Options};
use crate::error::Error;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.code())
        }
    }
}

/// Flies as asked, on this thread and on the workers of a runtime of its own.
fn run(options: &Options) -> Result<(), Error> {
    let main = MainThread::claim().map_err(|error| Error::failed(error.to_string()))?;
    let mut builder = Runtime::builder();
    if let Some(workers) = options.workers {
        builder = builder.workers(workers.into());
    }
    let runtime =
        builder.build().map_err(|error| Error::refused(format!("cannot start the workers: {error}")))?;
    runtime.enter(|| show(options, &main))
}

fn show(options: &Options, main: &MainThread) -> Result<(), Error> {
    match options.mode {
        Some(Mode::Window) => {
            let events = window::connect()
                .map_err(|why| Error::refused(format!("{why}; use --mode record or --mode headless")))?;
            window::run(options, main, events)
        }
        Some(Mode::Record) => record::run(options, main),
        Some(Mode::Headless) => headless::run(options, main),
        None => match window::connect() {
            Ok(events) => window::run(options, main, events),
            Err(why) => {
                eprintln!("{why}; recording instead");
                record::run(options, main)
            }
        },
    }
}
