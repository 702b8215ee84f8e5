//! Owns: the flag of the body that runs on a thread, so that the body can ask for it.

use std::cell::RefCell;
use std::sync::Arc;

use crate::sync::thread_local;

use super::Flag;

thread_local! {
    static CURRENT: RefCell<Option<Arc<Flag>>> = const { RefCell::new(None) };
}

/// While it lives a body of this flag runs on the thread.
#[derive(Debug)]
pub(crate) struct Entered {
    before: Option<Arc<Flag>>,
}

impl Entered {
    pub(crate) fn new(flag: Arc<Flag>) -> Entered {
        Entered { before: CURRENT.try_with(|current| current.replace(Some(flag))).unwrap_or_default() }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let before = self.before.take();
        // Fails at the end of a thread: then no body asks.
        drop(CURRENT.try_with(|current| current.replace(before)));
    }
}

/// Whether the flag of the body that runs on this thread is raised; `false` if it has none.
pub(crate) fn is_cancelled() -> bool {
    CURRENT
        .try_with(|current| current.borrow().as_ref().is_some_and(|flag| flag.is_raised()))
        .unwrap_or(false)
}
