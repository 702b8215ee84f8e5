//! Owns: the end of a program that hangs. What runs too long is named, and the process ends.

use std::process;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// Has to hear of every run before the limit is over.
pub(crate) struct Watchdog {
    runs: Sender<String>,
}

impl Watchdog {
    pub(crate) fn start(limit: Duration) -> Watchdog {
        let (runs, heard) = channel::<String>();
        thread::spawn(move || {
            // Ends when the watchdog is dropped.
            let Ok(mut current) = heard.recv() else { return };
            loop {
                match heard.recv_timeout(limit) {
                    Ok(next) => current = next,
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) => {
                        eprintln!("savina: {current}: not finished after {limit:?}; giving up (see --limit)");
                        process::exit(1);
                    }
                }
            }
        });
        Watchdog { runs }
    }

    /// From now on `run` is what runs.
    pub(crate) fn hears_of(&self, run: String) {
        self.runs.send(run).expect("the watchdog ends when it is dropped");
    }
}
