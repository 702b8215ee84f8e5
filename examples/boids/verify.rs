//! `--verify`: the parallel flock against the sequential one, bit for bit.

use crate::cli::Options;
use crate::error::Error;
use crate::sequential;
use crate::state::State;

/// If asked to, runs the same frames again without behaviors, and compares. A difference in any frame is still there at
/// the end: a step keeps whoever has strayed on another path.
pub(crate) fn check(options: &Options, flown: &State, frames: u64) -> Result<(), Error> {
    if !options.verify {
        return Ok(());
    }
    let start = State::scatter(options.boids as usize, options.world(), options.seed);
    let wanted = sequential::run(options.world(), start, frames);
    match flown.first_difference(&wanted) {
        None => println!("verified: {} boids, {frames} frames, identical", options.boids),
        Some(boid) => {
            return Err(Error::failed(format!(
                "after {frames} frames boid {boid} is at {:?}, not at {:?} as in the sequential flight",
                flown.positions.get(boid),
                wanted.positions.get(boid),
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn a_boid_astray_is_found() {
        let options = Options::parse_from(["boids", "--boids", "20", "--verify"]);
        let start = State::scatter(20, options.world(), options.seed);
        let mut flown = sequential::run(options.world(), start, 3);
        check(&options, &flown, 3).unwrap();
        flown.positions[7][0] += 1e-9;
        let error = check(&options, &flown, 3).unwrap_err();
        assert_eq!(error.code(), 1);
        assert!(error.to_string().starts_with("after 3 frames boid 7 is at"), "{error}");
    }
}
