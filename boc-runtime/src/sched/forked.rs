//! Owns: refusing what needs threads that are in the parent of this process. README.md, part 3.

use std::sync::{Arc, Weak};

use crate::sync::{Mutex, global};

use super::core::Core;

global!(static CORES: Mutex<Vec<Weak<Core>>> = Mutex::new(Vec::new()));

/// Remembers a core, so that a wait in the child of a fork can ask whose threads it has.
pub(super) fn remember(core: &Arc<Core>) {
    let mut cores = CORES.lock();
    cores.retain(|core| core.strong_count() != 0);
    cores.push(Arc::downgrade(core));
}

/// Refuses a wait for a behavior of this core, which may be gone.
///
/// # Panics
/// If this process was forked while the core had threads.
#[track_caller]
pub(super) fn refuse_to_wait_for(core: *const Core) {
    // A thread that is in the parent may hold the lock: then this process never gets it.
    let Some(cores) = CORES.try_lock() else { return };
    let found = cores.iter().find(|known| known.as_ptr() == core).and_then(Weak::upgrade);
    drop(cores);
    if let Some(core) = found {
        core.refuse_in_a_fork();
    }
}

/// What was refused, and what to write.
#[cold]
#[track_caller]
pub(super) fn refuse() -> ! {
    panic!(
        "the threads of this runtime are in the parent of this process: a fork has only the thread that \
         forked, so nothing would run. Call `boc::wait()` (or `shutdown` a runtime of your own) before \
         the fork, or build a runtime in the child: `Runtime::builder().build()`, and `enter` it"
    );
}
