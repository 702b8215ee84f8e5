//! Owns: [`Hold`].

#![expect(unsafe_code, reason = "counts by pointer")]

use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::sched::Core;
use crate::sim::Outside;

/// Keeps a runtime from being quiescent: for an event source that will schedule later.
///
/// From [`Runtime::hold`](crate::Runtime::hold), or [`hold`](crate::hold()) for the current runtime. It
/// counts as a behavior that is not finished, until it is dropped, on any thread. Dropping the runtime does not wait for it.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use std::time::Duration;
/// use boc::Runtime;
///
/// let runtime = Runtime::builder().workers(1).build().unwrap();
/// let hold = runtime.hold();
/// assert!(runtime.quiesce_timeout(Duration::from_millis(1)).is_err());
/// drop(hold);
/// runtime.quiesce();
/// ```
#[must_use = "a hold that is dropped holds nothing"]
pub struct Hold {
    core: Arc<Core>,
    _outside: Option<Outside>,
}

impl std::panic::UnwindSafe for Hold {}
impl std::panic::RefUnwindSafe for Hold {}

impl Hold {
    pub(super) fn new(core: &Arc<Core>) -> Hold {
        core.count_scheduled();
        core.count_hold();
        Hold { core: Arc::clone(core), _outside: Outside::of(core) }
    }
}

impl Clone for Hold {
    fn clone(&self) -> Hold {
        Hold::new(&self.core)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.core.uncount_hold();
        // SAFETY: held.
        unsafe { Core::count_finished(NonNull::from(&*self.core)) };
    }
}

impl fmt::Debug for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hold").finish_non_exhaustive()
    }
}
