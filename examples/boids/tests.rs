//! The program as a whole, in this process.

use clap::Parser;

use crate::cli::Options;
use crate::error::Error;

fn boids(line: &str) -> Result<(), Error> {
    crate::run(&Options::parse_from(std::iter::once("boids").chain(line.split_whitespace())))
}

#[test]
fn any_number_of_workers_flies_the_sequential_flight() {
    for workers in [1, 2, 8] {
        let line = format!("--mode headless --verify --boids 200 --frames 20 --workers {workers}");
        boids(&line).unwrap_or_else(|error| panic!("{workers} workers: {error}"));
    }
}

#[test]
fn small_worlds_and_small_flocks_fly() {
    for line in [
        "--mode headless --verify --boids 1 --frames 50",
        "--mode headless --verify --boids 2 --width 50 --height 50 --frames 200",
        "--mode headless --verify --boids 100 --width 50 --height 300 --frames 100",
        "--mode headless --verify --boids 50 --width 20000 --height 20000 --frames 10",
    ] {
        boids(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}
