#![doc = include_str!("README.md")]

mod plan;
mod run;
mod scheduler;

mod cancel;
mod notice;
mod order;
mod parking;
mod pinned;
mod promise;
mod scope;
mod stealing;
mod timers;
mod waiting;
mod weak;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use run::explore;

use crate::Runtime;
use crate::sync::thread::{self, JoinHandle};

/// Two workers; a program adds a few threads of its own.
fn runtime() -> Arc<Runtime> {
    Arc::new(Runtime::builder().workers(2).build().expect("threads of shuttle"))
}

/// Runs `action` on a thread of its own.
fn beside<R: Send + 'static>(
    runtime: &Arc<Runtime>,
    action: impl FnOnce(&Runtime) -> R + Send + 'static,
) -> JoinHandle<R> {
    let runtime = Arc::clone(runtime);
    thread::spawn(move || action(&runtime))
}

/// Any other thread may go on here, in the middle of a body.
fn pause() {
    shuttle::thread::sleep(std::time::Duration::ZERO);
}

/// Panics without a word: nobody prints what the program expects.
fn fail(text: &'static str) -> ! {
    std::panic::resume_unwind(Box::new(text))
}

/// Counts without letting anybody else go on.
#[derive(Clone, Debug, Default)]
struct Count(Arc<AtomicUsize>);

impl Count {
    fn add(&self) -> usize {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts when it is dropped.
    fn dropped(&self) -> CountsDrop {
        CountsDrop(self.clone())
    }
}

#[derive(Debug)]
struct CountsDrop(Count);

impl Drop for CountsDrop {
    fn drop(&mut self) {
        self.0.add();
    }
}
