//! `--mode headless`: the flock alone, as fast as it goes.

use boc::prelude::MainThread;

use crate::cli::Options;
use crate::error::Error;
use crate::flock::Flock;
use crate::state::State;
use crate::tally::Tally;
use crate::verify;

const FRAMES: u64 = 300;

/// Runs all frames, then says how fast they were.
pub(crate) fn run(options: &Options, main: &MainThread) -> Result<(), Error> {
    let frames = options.frames.unwrap_or(FRAMES);
    let start = State::scatter(options.boids as usize, options.world(), options.seed);
    let mut flock = Flock::new(main, options.world(), start, ());

    let mut tally = Tally::start();
    for _ in 0..frames {
        let frame = flock.frame(main);
        tally.add(frame.behaviors);
        frame.join()?;
    }
    println!("headless: {}", tally.summary(options.boids));
    verify::check(options, &flock.state(main), frames)
}
