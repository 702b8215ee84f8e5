//! Owns: behaviors that are made and will enter their queues later, with what keeps their cowns alive until then.

#![expect(unsafe_code, reason = "counts cowns; ends behaviors that have entered nothing")]

use std::ptr::NonNull;

use crate::later;
use crate::memory::{self, Header};

use super::enter::enter_batch;
use super::schedule::Made;

/// What is to enter as one.
#[derive(Default)]
pub(crate) struct Pending {
    behaviors: Vec<Made>,
    /// A count of each requested cown: the handles that were borrowed may be gone when the behaviors enter.
    cowns: Vec<NonNull<Header>>,
}

// SAFETY: bodies and requests are `Send`, and nobody else knows a behavior that has not entered.
unsafe impl Send for Pending {}

impl Pending {
    /// # Safety
    /// The cowns that `made` requests are alive during the call.
    pub(crate) unsafe fn add(&mut self, made: Made) {
        for slot in made.entering() {
            // SAFETY: not entered, so the block lives.
            let header = Header::of(unsafe { slot.as_ref() }.cown());
            // SAFETY: alive (caller).
            unsafe { memory::retain(header) };
            self.cowns.push(header);
        }
        self.behaviors.push(made);
    }

    pub(crate) fn behaviors(&self) -> &[Made] {
        &self.behaviors
    }

    pub(crate) fn len(&self) -> usize {
        self.behaviors.len()
    }

    /// Puts them into the queues of their cowns, atomically.
    pub(crate) fn enter(self) {
        // SAFETY: the counts in `cowns` keep them alive.
        unsafe { enter_batch(&self.behaviors) };
        release(self.cowns);
    }

    /// From now on their promises may be requested by others: these enter behind them.
    pub(crate) fn close(&self) {
        self.behaviors.iter().for_each(Made::close);
    }

    /// Ends them; their promises fail.
    pub(crate) fn cancel(self) {
        self.close();
        // All are on the list before the first ends: what one has captured may wait for another.
        let scope = later::Scope::new();
        for made in self.behaviors {
            for mut slot in made.all_slots() {
                // It stands in no queue, so there is nothing to release.
                // SAFETY: not entered, so it is ours alone.
                unsafe { slot.as_mut() }.make_repeated();
            }
            // SAFETY: ours to end, once; it has entered nothing.
            unsafe { later::cancel(made.job()) };
        }
        drop(scope);
        release(self.cowns);
    }
}

fn release(cowns: Vec<NonNull<Header>>) {
    // What dies by it dies at the end of this: a destructor that panics does not keep the others.
    let _scope = later::Scope::new();
    for cown in cowns {
        // SAFETY: counted in `add`.
        unsafe { memory::release(cown) };
    }
}
