//! A dashboard in the terminal: the workers run a bank, and this thread, which owns the terminal, shows it.
//!
//! ```text
//! cargo run --release --example dashboard
//! cargo run --release --example dashboard -- --workers 4 --accounts 60 --fps 30 --seconds 10
//! ```
//!
//! The terminal lives in a pinned cown. For each frame, one behavior reads all accounts, on a worker and at one moment, and
//! a pinned behavior that requests its promise draws; the loop below waits for keys until a frame is due, and pumps.
//! `bank.rs` is the workload, `picture.rs` what the screen looks like, `cli.rs` the command line.

mod bank;
mod cli;
mod picture;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use boc::prelude::*;
use clap::Parser;
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::crossterm::event::{self, KeyCode, KeyEvent, KeyModifiers};
use ratatui::crossterm::terminal::is_raw_mode_enabled;

use crate::bank::{Bank, DEPOSIT};
use crate::cli::Options;
use crate::picture::{Picture, grouped};

/// Clerks for each worker: enough that some of them are always waiting for an account.
const CLERKS: u64 = 4;
/// How long the loop waits for a key while a frame is on its way.
const SOON: Duration = Duration::from_millis(2);

fn main() -> ExitCode {
    let options = Options::parse();
    if !io::stdout().is_terminal() {
        eprintln!("error: standard output is no terminal, and a dashboard needs one");
        return ExitCode::from(2);
    }
    // Also sees to it that a panic, on whatever thread, restores the terminal before it prints its message.
    let outcome = ratatui::try_init().map_err(Into::into).and_then(|terminal| run(&options, terminal, quits));
    if is_raw_mode_enabled().unwrap_or(true) {
        ratatui::restore();
    }
    match outcome {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether somebody wants to quit, within the given time, or a panic has restored the terminal.
fn quits(within: Duration) -> io::Result<bool> {
    let quit = event::poll(within)? && event::read()?.as_key_press_event().is_some_and(is_quit);
    Ok(quit || !is_raw_mode_enabled()?)
}

fn is_quit(KeyEvent { code, modifiers, .. }: KeyEvent) -> bool {
    let control = modifiers.contains(KeyModifiers::CONTROL);
    matches!(code, KeyCode::Char('q') | KeyCode::Esc) || (control && code == KeyCode::Char('c'))
}

/// Opens the bank, shows it until the time is over or `quits` says so, closes it, and says what was achieved.
fn run<B>(
    options: &Options,
    terminal: Terminal<B>,
    mut quits: impl FnMut(Duration) -> io::Result<bool>,
) -> Result<String, Box<dyn Error>>
where
    B: Backend<Error: Send> + 'static,
{
    let main = MainThread::claim()?;
    let mut builder = Runtime::builder();
    if let Some(workers) = options.workers {
        builder = builder.workers(workers.into());
    }
    let runtime = builder.build().map_err(|error| format!("cannot start the workers: {error}"))?;

    runtime.enter(|| {
        let workers = runtime.stats().workers as u64;
        let bank = Bank::open(options.accounts.into(), CLERKS * workers);
        let picture = Picture::new(bank.books().join()?, runtime.stats());
        let screen = PinnedCown::new(&main, (terminal, picture)); // stays on this thread
        let start = Instant::now();
        let mut due = start;
        let mut frame: Option<Promise<Result<(), B::Error>>> = None;

        while start.elapsed() < options.length() {
            main.pump(); // draws what is ready
            if let Some(drawn) = frame.take_if(|frame| frame.is_finished()) {
                drawn.join()??;
            }
            let now = Instant::now();
            if frame.is_none() && due <= now {
                due = (due + options.period()).max(now); // a late frame does not make the next ones hurry
                let (books, stats) = (bank.books(), runtime.stats());
                frame = Some(when!(pinned screen, books => {
                    let (terminal, picture) = &mut *screen;
                    picture.update(&books, stats);
                    terminal.draw(|frame| picture.draw(frame)).map(drop)
                }));
            }
            let wait = if frame.is_some() { SOON } else { due.saturating_duration_since(now) };
            if quits(wait)? {
                break;
            }
        }

        drop(main); // a frame that is still on its way is cancelled: after a panic the terminal is no longer ours
        let time = start.elapsed().as_secs_f64();
        let books = bank.books();
        let transfers = bank.close()?;
        let total = books.join()?.iter().map(|account| account.balance).sum();
        if total != DEPOSIT * u64::from(options.accounts) {
            return Err(format!("the bank holds {}, which is wrong", grouped(total)).into());
        }
        let (transfers, total) = (grouped(transfers), grouped(total));
        Ok(format!("{transfers} transfers in {time:.1} s, workers: {workers}; the bank holds {total}, as at the start"))
    })
}
