//! Owns: what a thread knows about the simulated runtime that lives on it.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, Weak};

use crate::sched::{Core, context};
use crate::sync::thread_local;

thread_local! {
    static HERE: Here = const { Here(RefCell::new(Weak::new())) };
    static USE: Cell<Use> = const { Cell::new(Use::Absent) };
}

/// What a thread's simulated runtime is to the `when`s of this thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// The thread has had none.
    Absent,
    /// It lives here, but `when` uses another runtime.
    Beside,
    /// It is what `when` uses.
    Entered,
}

/// The simulated runtime of this thread, entered or not.
struct Here(RefCell<Weak<Core>>);

impl Here {
    fn core(&self) -> Option<Arc<Core>> {
        self.0.borrow().upgrade()
    }
}

impl Drop for Here {
    /// The thread ends before its runtime: no other thread may run the behaviors, so they are
    /// cancelled, as by the drop of the runtime. The threads that wait for them are woken.
    fn drop(&mut self) {
        if let Some(core) = self.core().filter(|core| !core.is_cancelled()) {
            core.cancel();
        }
    }
}

/// The simulated runtime of this thread, unless its `Runtime` is gone.
pub(crate) fn here() -> Option<Arc<Core>> {
    let core = HERE.try_with(Here::core).ok().flatten();
    core.filter(|core| !core.is_cancelled())
}

/// Makes it this thread's.
///
/// # Panics
/// If the thread has one already.
pub(super) fn settle(core: &Arc<Core>) {
    assert!(
        here().is_none(),
        "this thread has a simulated runtime already, and can have one at a time; drop that one first, or use another \
         thread (`boc::explore` makes one for each of its runs, so there is none to be made in it)"
    );
    if HERE.try_with(|here| *here.0.borrow_mut() = Arc::downgrade(core)).is_err() {
        panic!("a simulated runtime cannot be made on a thread that ends: its thread-locals are gone");
    }
    if is_absent() {
        USE.set(Use::Beside);
    }
}

/// Whether this thread has had no simulated runtime: a quick look, for code on other runtimes.
#[inline]
pub(crate) fn is_absent() -> bool {
    USE.get() == Use::Absent
}

/// The simulated runtime that `when` uses on this thread, or whose body runs here.
pub(crate) fn entered() -> Option<Arc<Core>> {
    if USE.get() != Use::Entered {
        return None;
    }
    // Cancelled or not: what is scheduled then is cancelled.
    HERE.try_with(Here::core).ok().flatten()
}

/// Makes a simulated runtime the current one, until dropped.
#[derive(Debug)]
pub(crate) struct Inside {
    before: Use,
    _no_other: context::Scope,
}

impl Inside {
    /// # Panics
    /// On another thread than the runtime's own.
    #[track_caller]
    pub(crate) fn enter(core: &Core) -> Inside {
        if let Some(simulation) = core.simulation() {
            simulation.refuse_elsewhere();
        }
        Inside { before: USE.replace(Use::Entered), _no_other: context::Scope::enter_none() }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        USE.set(self.before);
    }
}
