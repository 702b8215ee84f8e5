//! Owns: behaviors that are held back, although they have all their cowns, until the body that has scheduled them has
//! published what it had posted: `notice/README.md`, part 3.

#![expect(unsafe_code, reason = "dispatches behaviors that it knows by pointer")]

use std::collections::HashMap;
use std::ptr::NonNull;

use crate::sync::{Mutex, global};

use super::block::Behavior;
use super::grant::Hint;

/// The behaviors that one body has scheduled since it posted.
#[derive(Debug)]
pub(crate) struct Held {
    group: u64,
    behaviors: Vec<NonNull<Behavior>>,
}

// SAFETY: the behaviors that it names are dispatched by the thread that opens it; that they may run on any thread is
// what `Job` says.
unsafe impl Send for Held {}

/// One that is held back, by its address. The entry of one that was given up before it got its cowns stays until its group
/// is opened; by then another behavior of another group may have the address, and its entry.
#[derive(Clone, Copy, Debug)]
struct Entry {
    group: u64,
    /// It has all its cowns.
    ready: bool,
}

#[derive(Default)]
struct All {
    groups: u64,
    entries: HashMap<NonNull<Behavior>, Entry>,
}

// SAFETY: as `Held`.
unsafe impl Send for All {}

global!(static ALL: Mutex<Option<All>> = Mutex::new(None));

impl Held {
    pub(crate) fn new() -> Held {
        let mut all = ALL.lock();
        let all = all.get_or_insert_default();
        all.groups += 1;
        Held { group: all.groups, behaviors: Vec::new() }
    }

    /// Holds one back.
    ///
    /// # Safety
    /// The part of its block before the slots is written, and no other thread knows it.
    pub(crate) unsafe fn add(&mut self, behavior: NonNull<Behavior>) {
        // SAFETY: the same duties.
        unsafe { Behavior::hold_back(behavior) };
        let entry = Entry { group: self.group, ready: false };
        ALL.lock().get_or_insert_default().entries.insert(behavior, entry);
        self.behaviors.push(behavior);
    }

    /// Lets all of them go.
    pub(crate) fn open(self) {
        let Held { group, mut behaviors } = self;
        let mut all = ALL.lock();
        let entries = &mut all.get_or_insert_default().entries;
        behaviors.retain(|behavior| match entries.get(behavior) {
            Some(entry) if entry.group == group => {
                let ready = entry.ready;
                entries.remove(behavior);
                ready
            }
            _ => false,
        });
        drop(all);
        for behavior in behaviors {
            // SAFETY: ready, and its only dispatch has left it to us: so it lives.
            unsafe { dispatch_now(behavior, Hint::Spawned) };
        }
    }
}

/// What a behavior does that is held back, when its last cown is granted.
///
/// # Safety
/// As `BehaviorTable::dispatch`.
pub(super) unsafe fn dispatch(behavior: NonNull<Behavior>, hint: Hint<'_>) {
    let mut all = ALL.lock();
    if let Some(entry) = all.as_mut().and_then(|all| all.entries.get_mut(&behavior)) {
        entry.ready = true;
        return;
    }
    drop(all);
    // SAFETY: the caller's duties.
    unsafe { dispatch_now(behavior, hint) };
}

/// # Safety
/// As `BehaviorTable::dispatch`.
unsafe fn dispatch_now(behavior: NonNull<Behavior>, hint: Hint<'_>) {
    // SAFETY: not dispatched yet, so it lives.
    let table = unsafe { Behavior::table(behavior) };
    // SAFETY: the table belongs to the block; the caller's duties.
    unsafe { (table.dispatch_now)(behavior, hint) };
}
