//! Owns: the figures, as `--json` writes them, and what is computed from them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::machine::Machine;

/// Everything that was measured in one go.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Results {
    pub(crate) machine: Machine,
    /// When it was, in UTC.
    pub(crate) date: String,
    pub(crate) command: String,
    pub(crate) warm_ups: usize,
    pub(crate) rows: Vec<Row>,
}

/// One program with one number of workers.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Row {
    pub(crate) program: String,
    pub(crate) title: String,
    /// Whether scheduling takes its time, rather than what its behaviors do.
    pub(crate) overhead_bound: bool,
    pub(crate) workers: usize,
    pub(crate) boc: Sample,
    pub(crate) peers: Vec<Sample>,
}

/// The times of one program on one runtime.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Sample {
    pub(crate) runtime: String,
    /// What to know when the figures are read.
    pub(crate) note: Option<String>,
    pub(crate) median_ms: f64,
    pub(crate) quartiles_ms: [f64; 2],
    /// In the order in which they were measured.
    pub(crate) times_ms: Vec<f64>,
}

impl Sample {
    pub(crate) fn new(runtime: &str, note: Option<&str>, times: &[Duration]) -> Sample {
        let times_ms: Vec<_> = times.iter().map(|time| time.as_secs_f64() * 1e3).collect();
        let mut sorted = times_ms.clone();
        sorted.sort_by(f64::total_cmp);
        Sample {
            runtime: runtime.to_owned(),
            note: note.map(str::to_owned),
            median_ms: quantile(&sorted, 0.5),
            quartiles_ms: [quantile(&sorted, 0.25), quantile(&sorted, 0.75)],
            times_ms,
        }
    }
}

impl Row {
    /// How many times longer the peer takes than boc, if it was measured.
    pub(crate) fn ratio(&self, peer: &str) -> Option<f64> {
        Some(self.peer(peer)?.median_ms / self.boc.median_ms)
    }

    pub(crate) fn peer(&self, peer: &str) -> Option<&Sample> {
        self.peers.iter().find(|sample| sample.runtime == peer)
    }

    /// Boc, then the peers.
    pub(crate) fn samples(&self) -> impl Iterator<Item = &Sample> {
        std::iter::once(&self.boc).chain(&self.peers)
    }
}

impl Results {
    /// Who was measured beside boc, in the order of the first row that has them.
    pub(crate) fn peers(&self) -> Vec<String> {
        distinct(self.rows.iter().flat_map(|row| &row.peers).map(|sample| sample.runtime.clone()))
    }

    pub(crate) fn workers(&self) -> Vec<usize> {
        distinct(self.rows.iter().map(|row| row.workers))
    }

    /// The rows of each program together.
    pub(crate) fn programs(&self) -> Vec<Vec<&Row>> {
        let names = distinct(self.rows.iter().map(|row| &row.program));
        names.into_iter().map(|name| self.rows.iter().filter(|row| row.program == *name).collect()).collect()
    }

    /// The geometric mean of the ratios against a peer, over the programs of one kind, if there are any.
    pub(crate) fn mean(&self, peer: &str, workers: usize, overhead_bound: bool) -> Option<Mean> {
        let rows =
            self.rows.iter().filter(|row| row.workers == workers && row.overhead_bound == overhead_bound);
        let logarithms: Vec<f64> = rows.filter_map(|row| row.ratio(peer)).map(f64::ln).collect();
        let programs = logarithms.len();
        (programs > 0)
            .then(|| Mean { programs, ratio: (logarithms.iter().sum::<f64>() / programs as f64).exp() })
    }

    /// The notes, each once, with the runtimes and programs that they are about.
    pub(crate) fn notes(&self) -> Vec<String> {
        let samples = self.rows.iter().flat_map(|row| row.peers.iter().map(move |sample| (row, sample)));
        distinct(samples.filter_map(|(row, sample)| {
            let note = sample.note.as_ref()?;
            Some(format!("{} on {}: {note}", row.title, sample.runtime))
        }))
    }
}

/// A geometric mean over so many programs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mean {
    pub(crate) programs: usize,
    pub(crate) ratio: f64,
}

fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.fold(Vec::new(), |mut seen, item| {
        if !seen.contains(&item) {
            seen.push(item);
        }
        seen
    })
}

/// Between the two times that are nearest.
fn quantile(sorted: &[f64], fraction: f64) -> f64 {
    let place = fraction * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(runtime: &str, times: &[u64]) -> Sample {
        let times: Vec<_> = times.iter().map(|&ms| Duration::from_millis(ms)).collect();
        Sample::new(runtime, None, &times)
    }

    #[test]
    fn a_sample_knows_its_median_and_quartiles() {
        let sample = sample("boc", &[5, 1, 4, 2, 3]);
        assert_eq!((sample.median_ms, sample.quartiles_ms), (3.0, [2.0, 4.0]));
        assert_eq!(sample.times_ms, [5.0, 1.0, 4.0, 2.0, 3.0]);
        let even = Sample::new("boc", None, &[Duration::from_millis(1), Duration::from_millis(2)]);
        assert_eq!(even.median_ms, 1.5);
    }

    #[test]
    fn ratios_say_how_much_longer_a_peer_takes() {
        let row = |program: &str, boc, peer| Row {
            program: program.to_owned(),
            title: program.to_owned(),
            overhead_bound: true,
            workers: 1,
            boc: sample("boc", &[boc]),
            peers: vec![sample("verona", &[peer])],
        };
        let (date, command) = (String::new(), String::new());
        let rows = vec![row("fib", 1, 2), row("count", 1, 8)];
        let results = Results { machine: Machine::this(), date, command, warm_ups: 0, rows };
        assert_eq!(results.rows[0].ratio("verona"), Some(2.0));
        assert_eq!(results.rows[0].ratio("nobody"), None);
        let mean = results.mean("verona", 1, true).unwrap();
        assert_eq!(mean.programs, 2);
        assert!((mean.ratio - 4.0).abs() < 1e-9);
        assert!(results.mean("verona", 2, true).is_none());
    }
}
