//! Owns: the options.

use std::path::PathBuf;
use std::thread;

use boc_chain_ring::matrix::Size;
use clap::{Parser, ValueEnum};

/// Chains of behaviors slide windows along rings of cowns: how many behaviors a second the scheduler gets through.
///
/// A behavior holds its chain and the window, multiplies each matrix of the window into the first one, moves the window on
/// by the stride and schedules the next one. What you learn is how the runtime scales, not how your program will.
#[derive(Clone, Debug, Parser)]
#[command(name = "chain_ring")]
pub(crate) struct Options {
    /// Worker threads
    #[arg(long, default_value_t = cpus())]
    pub(crate) workers: usize,
    /// Cowns in a window
    #[arg(long, default_value_t = 2)]
    pub(crate) group_size: usize,
    /// From one cown of a window to the next, and from window to window
    #[arg(long, default_value_t = 1)]
    pub(crate) stride: usize,
    /// Cowns in a ring
    #[arg(long, default_value_t = 128)]
    pub(crate) ring_size: usize,
    /// Rings; by default so many that every worker has sixteen chains
    #[arg(long)]
    pub(crate) rings: Option<usize>,
    /// Chains on each ring; by default one for every eight windows
    #[arg(long)]
    pub(crate) chains_per_ring: Option<usize>,
    /// Rounds of products in a behavior
    #[arg(long, default_value_t = 1)]
    pub(crate) iters: usize,
    /// Size of the matrices
    #[arg(long, default_value = "16x16")]
    pub(crate) payload: Size,
    /// No products at all: what is left is the runtime
    #[arg(long)]
    pub(crate) null_payload: bool,
    /// On the main thread, a behavior of a pinned cown so many times a second
    #[arg(long, value_name = "RATE", num_args = 0..=1, default_missing_value = "1000")]
    pub(crate) pinned_spinner: Option<f64>,
    /// Seconds that are measured, in each run
    #[arg(long, default_value_t = 5.0)]
    pub(crate) duration: f64,
    /// Seconds before that
    #[arg(long, default_value_t = 0.5)]
    pub(crate) warmup: f64,
    /// Runs of each point; with a sweep, the points take turns
    #[arg(long, default_value_t = 1)]
    pub(crate) repeats: usize,
    /// Measures several points that differ in this
    #[arg(long, conflicts_with = "compare_spinner")]
    pub(crate) sweep: Option<Axis>,
    /// The points of the sweep, as in 1,2,4
    #[arg(long, value_delimiter = ',', requires = "sweep")]
    pub(crate) values: Vec<usize>,
    /// With the spinner and without, in turns, in one runtime: so many pairs of windows of `--duration`
    #[arg(long, value_name = "PAIRS", num_args = 0..=1, default_missing_value = "100")]
    pub(crate) compare_spinner: Option<usize>,
    /// Writes what was measured to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Axis {
    /// Worker threads: the default points are 1, 2, 4 .. up to what the machine has
    Workers,
    /// Cowns in a window: 1, 2, 4, 8. More work too: a behavior multiplies each of them
    GroupSize,
    /// Rounds of products: 1, 4, 16, 64
    Iters,
}

impl Axis {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Axis::Workers => "workers",
            Axis::GroupSize => "group size",
            Axis::Iters => "iters",
        }
    }

    pub(crate) fn defaults(self) -> Vec<usize> {
        match self {
            Axis::Workers => {
                let below = (0..).map(|power| 1 << power).take_while(|workers| *workers < cpus());
                below.chain([cpus()]).collect()
            }
            Axis::GroupSize => vec![1, 2, 4, 8],
            Axis::Iters => vec![1, 4, 16, 64],
        }
    }

    pub(crate) fn set(self, options: &mut Options, value: usize) {
        match self {
            Axis::Workers => options.workers = value,
            Axis::GroupSize => options.group_size = value,
            Axis::Iters => options.iters = value,
        }
    }

    pub(crate) fn get(self, config: &crate::config::Config) -> usize {
        match self {
            Axis::Workers => config.workers,
            Axis::GroupSize => config.group_size,
            Axis::Iters => config.iters,
        }
    }
}

pub(crate) fn cpus() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}
