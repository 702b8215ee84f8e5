//! Owns: finding behaviors that leave an exploration for the global runtime.
//!
//! A thread that a test body spawns has no runtime entered, so its `when` goes to the global one:
//! it really runs there, at some time, and no order of it is explored. That is told where it can
//! be: the behavior requests something that belongs to a run (`memory::noted`). Another test of the
//! process, which uses the global runtime at the same time, requests nothing of the kind.

use std::collections::HashMap;

use crate::memory::{self, HeaderRef};
use crate::request::Request;
use crate::sync::{Mutex, global};

use super::make;

// What was found, by run. An entry for each run that lasts.
global!(static STRAYS: Mutex<Option<HashMap<memory::Run, Option<String>>>> = Mutex::new(None));

/// Notes for a run, and finds what leaves it, until dropped.
#[derive(Debug)]
pub(super) struct Watch {
    run: memory::Run,
    _noting: memory::Noting,
}

impl Watch {
    pub(super) fn begin(run: memory::Run) -> Watch {
        STRAYS.lock().get_or_insert_default().insert(run, None);
        Watch { run, _noting: memory::Noting::begin(run) }
    }

    /// What was found, to fail the run with: the thread that was told may be nobody's concern.
    pub(super) fn found(&self) -> Option<String> {
        STRAYS.lock().as_mut()?.get_mut(&self.run)?.take()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(runs) = &mut *STRAYS.lock() {
            runs.remove(&self.run);
        }
    }
}

/// Before a behavior is scheduled on the global runtime while there are explorations.
///
/// # Panics
/// If it requests something that belongs to one.
#[cold]
#[track_caller]
#[expect(unsafe_code, reason = "looks at the headers of what is requested")]
pub(crate) fn refuse<Q: Request>(request: &Q) {
    let asked = make::asked(request, None);
    for (header, _) in asked.cowns {
        // SAFETY: the request borrows a handle.
        let block = unsafe { HeaderRef::new(header) };
        let Some(run) = memory::run_of(block) else { continue };
        let message = format!(
            "a thread that is not the simulation's schedules a behavior on a `{}` of `boc::explore`: it would go to the \
             global runtime, and its order could be neither explored nor repeated; do what this thread does in a behavior, \
             fill a promise from here (`Promise::new`), or name another runtime (`in &runtime;`)",
            (block.get().table().type_name)()
        );
        let mut strays = STRAYS.lock();
        // Of a behavior of another runtime the core is no run.
        let Some(found) = strays.as_mut().and_then(|runs| runs.get_mut(&run)) else { continue };
        found.get_or_insert_with(|| message.clone());
        drop(strays);
        panic!("{message}");
    }
}
