//! Owns: setting up a runtime.

use std::io;
use std::sync::Arc;

use crate::sched::{Config, Core, Hook, SpawnHandler, ThreadBuilder, checked_workers, default_workers};

use super::{Runtime, global};

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
    on_start: Option<Hook>,
    on_stop: Option<Hook>,
    spawn: Option<SpawnHandler>,
}

impl Builder {
    /// As [`Runtime::builder`].
    pub fn new() -> Builder {
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

    /// Called on each worker's thread, with the worker's number, before it runs its first behavior. For
    /// what belongs to a thread: its priority, its core, the registration with a profiler.
    ///
    /// Threads that end (by [`wait`](crate::wait())) and are started again call the hooks again. A hook
    /// may use the runtime, which is the current one there, but not wait: that panics, as in a body. Its
    /// panic is printed, as any, and goes no further: the thread works all the same, for without it
    /// its behaviors would hang.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use std::sync::{Arc, Mutex};
    /// use boc::Runtime;
    ///
    /// let seen = Arc::new(Mutex::new(Vec::new()));
    /// let note = |what| {
    ///     let seen = Arc::clone(&seen);
    ///     move |worker| seen.lock().unwrap().push((what, worker))
    /// };
    /// let runtime = Runtime::builder()
    ///     .workers(1)
    ///     .on_thread_start(note("starts"))
    ///     .on_thread_stop(note("stops"))
    ///     .build()
    ///     .unwrap();
    /// runtime.shutdown();
    /// assert_eq!(*seen.lock().unwrap(), [("starts", 0), ("stops", 0)]);
    /// ```
    pub fn on_thread_start(mut self, hook: impl Fn(usize) + Send + Sync + 'static) -> Builder {
        self.on_start = Some(Arc::new(hook));
        self
    }

    /// Called on each worker's thread, with the worker's number, after its last behavior: when the
    /// runtime is dropped, or by [`wait`](crate::wait()), which waits for this. See
    /// [`on_thread_start`](Builder::on_thread_start).
    ///
    /// What a stop hook schedules starts the threads again, so one that always does keeps a `wait` from its
    /// end.
    pub fn on_thread_stop(mut self, hook: impl Fn(usize) + Send + Sync + 'static) -> Builder {
        self.on_stop = Some(Arc::new(hook));
        self
    }

    /// Makes the threads by `spawn`, and not by [`std::thread::Builder`]: for threads of a pool, with a
    /// priority, of an enclave. It is called with a [`ThreadBuilder`] for each worker and has to see to
    /// it that its [`run`](ThreadBuilder::run) is called on a thread of its own.
    ///
    /// The workers begin when `spawn` has returned for all of them. Such a thread is not joined: `wait`,
    /// `shutdown` and the drop of the runtime wait until `run` returns, stop hook included. What the
    /// thread does then, and the destructors of its thread-locals, is the program's business.
    ///
    /// `spawn` is called again when threads that have ended are needed again: on the thread that
    /// schedules, or, where no user code may run, on one that is made for it. It may schedule, but not
    /// wait, nor block until another thread has scheduled on this runtime.
    ///
    /// If `spawn` returns an error, panics, or drops a `ThreadBuilder`, the threads that it has made are
    /// sent away: their `run` returns. The caller gets the error ([`build`](Builder::build)) or a panic
    /// ([`Runtime::when`], as for any threads that cannot be started). If no caller is waiting for threads
    /// (a promise was resolved that a behavior requests; or the runtime was entered, and has ended its
    /// threads since) such behaviors are cancelled. A
    /// `ThreadBuilder` that is dropped later is a worker less; with the last one, what is ready is
    /// cancelled. One that is kept, neither run nor dropped, is waited for by `wait`, for ever.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use std::thread;
    /// use boc::Runtime;
    ///
    /// let runtime = Runtime::builder()
    ///     .workers(2)
    ///     .thread_name("own")
    ///     .spawn_handler(|worker| {
    ///         let mut builder = thread::Builder::new();
    ///         if let Some(name) = worker.name() {
    ///             builder = builder.name(name.to_owned());
    ///         }
    ///         if let Some(size) = worker.stack_size() {
    ///             builder = builder.stack_size(size);
    ///         }
    ///         builder.spawn(|| worker.run())?;
    ///         Ok(())
    ///     })
    ///     .build()
    ///     .unwrap();
    /// let name = runtime.when((), |()| thread::current().name().map(str::to_owned));
    /// assert!(name.join().unwrap().unwrap().starts_with("own-"));
    /// ```
    pub fn spawn_handler<F>(mut self, spawn: F) -> Builder
    where
        F: Fn(ThreadBuilder) -> io::Result<()> + Send + Sync + 'static,
    {
        self.spawn = Some(Arc::new(spawn));
        self
    }

    /// Sets up the global runtime, which plain `when` uses, and starts its threads.
    ///
    /// Call it first thing in `main`. Under `#[boc::main]` too, but not with
    /// `#[boc::main(workers = ..)]`, which sets the runtime up itself. After [`wait`](crate::wait()) the
    /// same runtime starts again, as it was set up here.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::AlreadyExists`] if the global runtime is set up already: by an earlier call,
    /// or by the first thing that has used it (a `when`, [`Runtime::current`], [`stats`](crate::stats()) ..).
    /// Otherwise as [`build`](Builder::build); then nothing is set up.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use std::io::ErrorKind;
    /// use boc::{Runtime, when};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// Runtime::builder().workers(2).thread_name("app").build_global()?;
    /// assert_eq!(when((), |()| boc::stats().workers).join().unwrap(), 2);
    ///
    /// let again = Runtime::builder().build_global().unwrap_err();
    /// assert_eq!(again.kind(), ErrorKind::AlreadyExists);
    /// # Ok(())
    /// # }
    /// ```
    pub fn build_global(self) -> io::Result<()> {
        global::build(self)
    }

    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] for a number of workers that is 0 or too large, here or in
    /// `BOC_WORKERS`; what [`std::thread::Builder::spawn`] or a
    /// [spawn handler](Builder::spawn_handler) says if a thread cannot be started (then none is left
    /// running).
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
        let Builder { name, stack_size, on_start, on_stop, spawn, .. } = self;
        let name = name.unwrap_or_else(Config::default_name);
        Ok(Config { workers, name, stack_size, on_start, on_stop, spawn })
    }

    /// Whether nothing was asked for.
    pub(super) fn is_plain(&self) -> bool {
        let Builder { workers, name, stack_size, on_start, on_stop, spawn } = self;
        workers.is_none()
            && name.is_none()
            && stack_size.is_none()
            && on_start.is_none()
            && on_stop.is_none()
            && spawn.is_none()
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
