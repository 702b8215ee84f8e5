//! Owns: the command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use boc_savina::{Contender, programs};
use clap::builder::PossibleValuesParser;
use clap::{Parser, value_parser};

/// Runs the Savina-BoC suite on boc and, with --peer, on other runtimes, in turns.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// Only these programs; all of them if left out.
    #[arg(long = "bench", value_name = "NAME", value_delimiter = ',', value_parser = program_names())]
    benches: Vec<String>,

    /// With how many workers.
    #[arg(long, value_name = "N,..", value_delimiter = ',', default_value = "1,2", value_parser = workers)]
    pub(crate) workers: Vec<usize>,

    /// How often each program is measured.
    #[arg(long, value_name = "N", default_value = "20")]
    pub(crate) reps: NonZeroUsize,

    /// How often each program runs before it is measured.
    #[arg(long, value_name = "N", default_value = "2")]
    pub(crate) warm_ups: usize,

    /// The peers too: all of them, or only these (--peer=verona,tokio).
    #[arg(long = "peer", value_name = "NAME,..", value_delimiter = ',', num_args = 0.., require_equals = true)]
    #[arg(value_parser = PossibleValuesParser::new(PEERS), default_missing_value = "all", hide_possible_values = true)]
    peers: Option<Vec<String>>,

    /// Writes every time to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Writes a page with plots to this file.
    #[arg(long, value_name = "FILE.html")]
    pub(crate) report: Option<PathBuf>,

    /// Draws the ratios against the first peer into this file.
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) chart: Option<PathBuf>,

    /// Measures nothing, and takes the figures that --json wrote to this file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["benches", "workers", "reps", "warm_ups", "peers", "json"])]
    pub(crate) from: Option<PathBuf>,

    /// Gives up when one run takes longer than so many seconds.
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = value_parser!(u64).range(1..))]
    limit: u64,
}

/// What `--peer=` takes.
const PEERS: &[&str] = &["all", "verona", "tokio", "actix", "rayon", "happylock", "std"];

/// A program, and who runs it: boc first.
pub(crate) struct Race {
    pub(crate) entry: boc_savina::Entry,
    pub(crate) peers: Vec<Contender>,
}

impl Options {
    /// What is to be measured.
    ///
    /// # Errors
    ///
    /// If peers are wanted and this program was built without.
    pub(crate) fn races(&self) -> Result<Vec<Race>, String> {
        if self.peers.is_some() && !cfg!(feature = "peers") {
            return Err(
                "built without the feature `peers`, so there are none; leave out --no-default-features"
                    .into(),
            );
        }
        let wanted = |name: &str| self.benches.is_empty() || self.benches.iter().any(|bench| bench == name);
        let race = |entry: boc_savina::Entry| {
            let mut peers = all_peers(entry.name);
            peers.retain(|peer| self.wants(peer.name()));
            Race { entry, peers }
        };
        Ok(programs(false).into_iter().filter(|entry| wanted(entry.name)).map(race).collect())
    }

    fn wants(&self, peer: &str) -> bool {
        self.peers.iter().flatten().any(|wanted| wanted == "all" || wanted == peer)
    }

    /// How long one run may take.
    pub(crate) fn limit(&self) -> Duration {
        Duration::from_secs(self.limit)
    }
}

#[cfg(feature = "peers")]
fn all_peers(program: &str) -> Vec<Contender> {
    boc_peers::peers(program)
}

#[cfg(not(feature = "peers"))]
fn all_peers(_program: &str) -> Vec<Contender> {
    Vec::new()
}

fn program_names() -> PossibleValuesParser {
    programs(false).iter().map(|entry| entry.name).collect::<Vec<_>>().into()
}

fn workers(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err("a number of workers is 1 or more; write a list of them, as in `--workers 1,2`".into()),
    }
}
