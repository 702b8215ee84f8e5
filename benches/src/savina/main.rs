//! Runs the Savina-BoC suite.

use clap::Parser;

/// Runs the Savina-BoC suite.
#[derive(Debug, Parser)]
struct Options {}

fn main() {
    Options::parse();
}
