//! Owns: how a core is set up, and where the number of workers comes from.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::sync::thread;

use super::idle::MAX_WORKERS;
use super::launch::ThreadBuilder;

/// The environment variable that says how many workers a runtime has unless its builder does.
pub(crate) const WORKERS_VARIABLE: &str = "BOC_WORKERS";

/// User code that a worker's thread calls with the worker's number.
pub(crate) type Hook = Arc<dyn Fn(usize) + Send + Sync>;
/// User code that makes a worker's thread.
pub(crate) type SpawnHandler = Arc<dyn Fn(ThreadBuilder) -> io::Result<()> + Send + Sync>;

/// How a core is set up.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) workers: NonZeroUsize,
    pub(crate) name: Arc<dyn Fn(usize) -> String + Send + Sync>,
    pub(crate) stack_size: Option<usize>,
    pub(crate) on_start: Option<Hook>,
    pub(crate) on_stop: Option<Hook>,
    pub(crate) spawn: Option<SpawnHandler>,
}

impl Config {
    /// The usual one, with so many workers.
    pub(crate) fn of(workers: NonZeroUsize) -> Config {
        let name = Config::default_name();
        Config { workers, name, stack_size: None, on_start: None, on_stop: None, spawn: None }
    }

    /// The names of the threads. Runs user code.
    ///
    /// # Errors
    ///
    /// If one has a zero byte in it: no thread can have such a name.
    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        let checked = |index| {
            let name = (self.name)(index);
            if name.contains('\0') {
                let message = format!(
                    "the name of a worker thread, {name:?}, has a zero byte in it; give `thread_name` a \
                     text without one"
                );
                return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
            }
            Ok(name)
        };
        (0..self.workers.get()).map(checked).collect()
    }

    pub(crate) fn thread(&self, name: String) -> thread::Builder {
        let builder = thread::Builder::new().name(name);
        match self.stack_size {
            Some(size) => builder.stack_size(size),
            None => builder,
        }
    }

    /// The usual names: `boc-worker-0` and so on.
    pub(crate) fn default_name() -> Arc<dyn Fn(usize) -> String + Send + Sync> {
        Arc::new(|index| format!("boc-worker-{index}"))
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("workers", &self.workers)
            .field("stack_size", &self.stack_size)
            .finish_non_exhaustive()
    }
}

/// A number of workers that somebody has asked for.
pub(crate) fn checked_workers(workers: usize) -> io::Result<NonZeroUsize> {
    NonZeroUsize::new(workers).filter(|workers| workers.get() <= MAX_WORKERS).ok_or_else(|| {
        let message = format!("a runtime has 1 to {MAX_WORKERS} workers, not {workers}");
        io::Error::new(io::ErrorKind::InvalidInput, message)
    })
}

/// The number of workers from the environment, or one for each core that this process may use.
pub(crate) fn default_workers() -> io::Result<NonZeroUsize> {
    match std::env::var_os(WORKERS_VARIABLE) {
        Some(text) => parse_workers(&text),
        None => Ok(thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)),
    }
}

fn parse_workers(text: &OsStr) -> io::Result<NonZeroUsize> {
    let number = text.to_str().and_then(|text| text.trim().parse().ok());
    number.and_then(|number| checked_workers(number).ok()).ok_or_else(|| {
        let message = format!(
            "{WORKERS_VARIABLE} is {text:?}, but has to be a number of workers from 1 to {MAX_WORKERS}; unset it to have one \
             worker for each core"
        );
        io::Error::new(io::ErrorKind::InvalidInput, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_read_strictly() {
        let parse = |text: &str| parse_workers(OsStr::new(text));
        assert_eq!(parse("3").expect("a number").get(), 3);
        assert_eq!(parse(" 16 ").expect("a number").get(), 16);
        for bad in ["", "0", "-1", "two", "1.5", "99999999"] {
            let error = parse(bad).expect_err(bad);
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
            assert!(error.to_string().contains("BOC_WORKERS"), "{error}");
        }
    }
}
