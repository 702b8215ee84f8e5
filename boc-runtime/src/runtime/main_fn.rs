//! Owns: what `#[boc::main]` does.

use std::io;
use std::ops::{Deref, DerefMut};
use std::process;
use std::sync::Arc;

use crate::pinned::MainThread;
use crate::sched::{self, Core, MayWait};

use super::{Builder, Runtime, global, quiesce};

/// The options of `#[boc::main]`.
#[derive(Debug, Default)]
pub struct MainOptions {
    builder: Builder,
}

impl MainOptions {
    /// None.
    pub fn new() -> MainOptions {
        MainOptions { builder: Runtime::builder() }
    }

    /// How many workers the global runtime has.
    #[must_use]
    pub fn workers(self, workers: usize) -> MainOptions {
        MainOptions { builder: self.builder.workers(workers) }
    }
}

/// Claims the thread and runs `body`; what remains to be done is up to what it returned: `run_main(..).end()`.
///
/// A runtime that cannot be set up ends the process with a message and code 2. Panics inside a
/// behavior: the end of the function waits.
#[track_caller]
pub fn run_main<R>(options: MainOptions, body: impl FnOnce(MainThread) -> R) -> Ended<R> {
    let _: MayWait =
        sched::may_wait("#[boc::main]", "move what it does into a plain function, and call that");
    let core = set_up(options.builder).unwrap_or_else(|error| refuse(&error));
    let main = MainThread::claim().unwrap_or_else(|error| refuse(&error));
    // The body owns a token and may drop it; this one keeps the thread's part alive for the waiting.
    let token = main.share();
    let program = Program { core, main: Some(main) };
    let result = Some(body(token));
    Ended { any: EndedAnyhow { result, program } }
}

/// Sets the global runtime up if anything is asked for. Otherwise the program may still do so, by
/// `build_global`; what it would get without is checked here.
fn set_up(builder: Builder) -> io::Result<Option<&'static Arc<Core>>> {
    if !builder.is_plain() {
        return global::set_up(builder).map(Some);
    }
    let core = global::get();
    if core.is_none() {
        builder.config()?;
    }
    Ok(core)
}

fn refuse(error: &dyn std::error::Error) -> ! {
    eprintln!("error: {error}");
    process::exit(2);
}

/// What `main` returned, and the program that it has left behind.
///
/// A `Result` has an `end` of its own; for anything else the compiler finds the one behind the `Deref`. So no trait has to
/// be imported, and an alias of `Result` is one too.
#[derive(Debug)]
#[must_use = "the program is given up"]
pub struct Ended<R> {
    any: EndedAnyhow<R>,
}

/// The part of [`Ended`] that does not know what it has.
#[derive(Debug)]
pub struct EndedAnyhow<R> {
    /// Until the end. Owned, so covariant in `R`: nothing else can write it.
    result: Option<R>,
    program: Program,
}

impl<T, E> Ended<Result<T, E>> {
    /// Waits for everything that was scheduled, or after an error gives it up.
    pub fn end(&mut self) -> Result<T, E> {
        if let Some(Err(_)) = &self.any.result {
            self.any.program.give_up();
        }
        self.any.end()
    }
}

impl<R> EndedAnyhow<R> {
    /// Waits for everything that was scheduled.
    pub fn end(&mut self) -> R {
        self.program.wait();
        self.result.take().expect("ended once")
    }
}

impl<R> Deref for Ended<R> {
    type Target = EndedAnyhow<R>;

    fn deref(&self) -> &EndedAnyhow<R> {
        &self.any
    }
}

impl<R> DerefMut for Ended<R> {
    fn deref_mut(&mut self) -> &mut EndedAnyhow<R> {
        &mut self.any
    }
}

/// The global runtime and the main thread's part.
#[derive(Debug)]
struct Program {
    /// `None`: what it has become since.
    core: Option<&'static Arc<Core>>,
    /// Until the end.
    main: Option<MainThread>,
}

impl Program {
    /// Waits, pumping, for everything that was scheduled; not if it was given up.
    fn wait(&mut self) {
        if self.main.is_some() {
            quiesce::wait();
            self.main = None;
        }
    }

    /// Cancels what has not started. What is scheduled from now on has another global runtime, so
    /// other users of this one in the process (tests, mostly) lose what they had scheduled, and no
    /// more.
    fn give_up(&mut self) {
        if let Some(main) = self.main.take() {
            let core = self.core.or_else(global::get);
            if let Some(core) = core {
                global::give_up(core);
                core.main_failed();
            }
            // Before waiting for the bodies that run: nobody pumps any more, and this frees what is pinned here.
            drop(main);
            if let Some(core) = core {
                core.cancel();
            }
        }
    }
}

impl Drop for Program {
    /// Nothing is left, unless `main` panicked.
    fn drop(&mut self) {
        self.give_up();
    }
}
