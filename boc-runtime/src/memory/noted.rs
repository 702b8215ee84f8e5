//! Owns: whose run a block belongs to, for runs that note it: explorations do.
//!
//! A run notes the cowns and the resolvers' promises that its thread makes, and those that its
//! behaviors request. It keeps their memory, so an address names one block until the run ends. A
//! behavior's promise, which has no weak handles, is known by its core.

use std::cell::Cell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::sync::{AtomicUsize, Mutex, Ordering, global, thread_local};

use super::{HeaderRef, Weak};

/// What names a run: the address of its core, which lives as long as the run.
pub(crate) type Run = usize;

// How many runs note. The models have none.
global!(static NOTING: AtomicUsize = AtomicUsize::new(0));
global!(static NOTED: Mutex<Option<HashMap<usize, (Run, Weak)>>> = Mutex::new(None));

thread_local! {
    /// The run of this thread; 0: none.
    static RUN: Cell<Run> = const { Cell::new(0) };
}

/// Whether there is a run that notes, on any thread.
#[inline]
pub(crate) fn is_noting() -> bool {
    // Relaxed: a block gets to another thread by some synchronization, and its run began before.
    !cfg!(all(test, any(loom, shuttle))) && NOTING.load(Ordering::Relaxed) != 0
}

/// Notes, until it is dropped, on the thread that has made it.
#[derive(Debug)]
pub(crate) struct Noting {
    run: Run,
}

impl Noting {
    pub(crate) fn begin(run: Run) -> Noting {
        NOTING.fetch_add(1, Ordering::Relaxed);
        RUN.set(run);
        Noting { run }
    }
}

impl Drop for Noting {
    fn drop(&mut self) {
        RUN.set(0);
        NOTING.fetch_sub(1, Ordering::Relaxed);
        let mut noted = NOTED.lock();
        let of_this_run = noted.iter().flatten().filter(|(_, (run, _))| *run == self.run);
        let addresses: Vec<_> = of_this_run.map(|(&address, _)| address).collect();
        let ended: Vec<_> = addresses.iter().filter_map(|address| noted.as_mut()?.remove(address)).collect();
        drop(noted);
        // Frees memory: not under the lock.
        drop(ended);
    }
}

/// A cown or a resolver's promise is made, or is requested by a behavior of the run.
#[inline]
pub(crate) fn note(block: HeaderRef<'_>) {
    if is_noting() {
        note_for(RUN.get(), block);
    }
}

#[cold]
fn note_for(run: Run, block: HeaderRef<'_>) {
    if run == 0 {
        return;
    }
    let Some(weak) = Weak::of(block) else { return };
    let mut noted = NOTED.lock();
    let spare = match noted.get_or_insert_default().entry(address(block)) {
        Entry::Vacant(vacant) => {
            vacant.insert((run, weak));
            None
        }
        // Shared by two runs: it stays the first one's.
        Entry::Occupied(_) => Some(weak),
    };
    drop(noted);
    drop(spare);
}

/// The run to which a block belongs.
#[expect(unsafe_code, reason = "asks the block's table")]
pub(crate) fn run_of(block: HeaderRef<'_>) -> Option<Run> {
    if let Some(core) = block.get().table().core {
        // SAFETY: the table belongs to the block, which is borrowed.
        return Some(unsafe { core(block.as_ptr()) }.addr());
    }
    NOTED.lock().as_ref()?.get(&address(block)).map(|noted| noted.0)
}

fn address(block: HeaderRef<'_>) -> usize {
    block.as_ptr().addr().get()
}
