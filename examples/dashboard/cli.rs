//! The command line: what can be asked for, and what makes no sense.

use std::time::Duration;

use clap::{Parser, value_parser};

/// A bank at work, and a dashboard of it in the terminal.
///
/// Clerks transfer money between accounts, on all workers; the dashboard shows the books, which always
/// balance, some times a second. q or Esc ends it.
#[derive(Clone, Debug, Parser)]
#[command(name = "dashboard", verbatim_doc_comment)]
pub(crate) struct Options {
    /// How many worker threads: 1 to 1024 [default: one for each core]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    pub(crate) workers: Option<u16>,

    /// How many accounts: 2 to 1000
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = value_parser!(u16).range(2..=1000))]
    pub(crate) accounts: u16,

    /// Frames per second: 1 to 120
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = value_parser!(u32).range(1..=120))]
    pub(crate) fps: u32,

    /// Ends after so many seconds [default: at q or Esc]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub(crate) seconds: Option<u32>,
}

impl Options {
    /// How long a frame is shown.
    pub(crate) fn period(&self) -> Duration {
        Duration::from_secs(1) / self.fps
    }

    /// How long all of them are.
    pub(crate) fn length(&self) -> Duration {
        self.seconds.map_or(Duration::MAX, |seconds| Duration::from_secs(seconds.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_refused_with_exit_code_2() {
        let parse =
            |line: &str| Options::try_parse_from(std::iter::once("dashboard").chain(line.split_whitespace()));
        for line in [
            "--workers 0",
            "--workers 1025",
            "--accounts 1",
            "--accounts -2",
            "--accounts many",
            "--fps 0",
            "--fps 121",
            "--seconds 0",
            "--seconds 1.5",
            "--colour red",
            "stray",
        ] {
            assert_eq!(parse(line).expect_err(line).exit_code(), 2, "{line}");
        }
        let options = parse("--workers 3 --accounts 5 --fps 50 --seconds 7").unwrap();
        assert_eq!((options.workers, options.accounts), (Some(3), 5));
        assert_eq!((options.period(), options.length()), (Duration::from_millis(20), Duration::from_secs(7)));
        assert_eq!(parse("").unwrap().length(), Duration::MAX);
    }
}
