//! Owns: setting up a runtime.

use std::io;
use std::sync::Arc;

use crate::sched::{Config, Core, checked_workers, default_workers};

use super::Runtime;

/// Sets up a [`Runtime`].
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::Runtime;
///
/// # fn main() -> std::io::Result<()> {
/// let runtime = Runtime::builder()
///     .workers(4)
///     .thread_name(|worker| format!("sim-{worker}"))
///     .stack_size(1 << 20)
///     .build()?;
/// assert_eq!(runtime.stats().workers, 4);
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
#[must_use = "a builder does nothing until `build`"]
pub struct Builder {
    workers: Option<usize>,
    name: Option<Arc<dyn Fn(usize) -> String + Send + Sync>>,
    stack_size: Option<usize>,
}

impl Builder {
    pub(super) fn new() -> Builder {
        Builder::default()
    }

    /// How many worker threads, from 1 to 32767. Without this: the environment variable
    /// `BOC_WORKERS`, or else as many as [`std::thread::available_parallelism`] says.
    pub fn workers(mut self, workers: usize) -> Builder {
        self.workers = Some(workers);
        self
    }

    /// The names of the threads: a text, to which the worker's number is added, or a function of the number.
    pub fn thread_name(mut self, name: impl ThreadName) -> Builder {
        self.name = Some(Arc::new(move |worker| name.of_worker(worker)));
        self
    }

    /// The size of the threads' stacks, in bytes.
    pub fn stack_size(mut self, bytes: usize) -> Builder {
        self.stack_size = Some(bytes);
        self
    }

    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] for a number of workers that is 0 or too large, here or in
    /// `BOC_WORKERS`; what [`std::thread::Builder::spawn`] says if a thread cannot be started (then
    /// none is left running).
    pub fn build(self) -> io::Result<Runtime> {
        let core = Core::new(self.config()?);
        core.start()?;
        Ok(Runtime::from_core(core))
    }

    pub(super) fn config(self) -> io::Result<Config> {
        let workers = match self.workers {
            Some(workers) => checked_workers(workers)?,
            None => default_workers()?,
        };
        let name = self.name.unwrap_or_else(Config::default_name);
        Ok(Config { workers, name, stack_size: self.stack_size })
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("workers", &self.workers)
            .field("stack_size", &self.stack_size)
            .finish_non_exhaustive()
    }
}

/// What [`Builder::thread_name`] takes.
pub trait ThreadName: Send + Sync + 'static {
    /// The name of the thread of the worker with this number.
    fn of_worker(&self, worker: usize) -> String;
}

impl ThreadName for &'static str {
    fn of_worker(&self, worker: usize) -> String {
        format!("{self}-{worker}")
    }
}

impl ThreadName for String {
    fn of_worker(&self, worker: usize) -> String {
        format!("{self}-{worker}")
    }
}

impl<F: Fn(usize) -> String + Send + Sync + 'static> ThreadName for F {
    fn of_worker(&self, worker: usize) -> String {
        self(worker)
    }
}
