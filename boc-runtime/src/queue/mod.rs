#![doc = include_str!("README.md")]

mod enter;
#[cfg(all(test, loom))]
mod loom;
mod release;
mod slot;
mod status;
mod tail;
#[cfg(test)]
mod tests;
mod users;
mod watch;

use std::ptr::{self, NonNull};

use crate::sync::{AtomicPtr, AtomicU32, Ordering};

use tail::Tail;

pub(crate) use enter::{Turn, enter, enter_run, enter_single, publish, publish_run, waits_for_others};
pub(crate) use release::{release, release_producer};
pub(crate) use slot::{Kind, Slot};
pub(crate) use status::Status;
pub(crate) use users::{Party, Users};

/// What a step of the protocol asks its caller to do. The queue knows no behavior, no worker and no value.
pub(crate) trait Effects {
    /// This request has its cown.
    fn granted(&mut self, slot: NonNull<Slot>);
    /// As `granted`, for the writer that enters at this moment: its caller knows whose it is.
    #[inline]
    fn granted_at_once(&mut self, slot: NonNull<Slot>) {
        self.granted(slot);
    }
    /// This request is about to be linked behind another one, or to wait for readers. It may be
    /// granted at any moment after that.
    #[inline]
    fn waits(&mut self, _slot: NonNull<Slot>, _queue: &Queue) {}
    /// A request is about to take its turn: one that has no other queue to enter.
    #[inline]
    fn enters(&mut self, _queue: &Queue) {}
    /// The cown turned from idle to active: take a reference count for it.
    fn activated(&mut self, cown: NonNull<Queue>);
    /// The cown turned idle: give the count back. It may die of this.
    fn idle(&mut self, cown: NonNull<Queue>);
}

/// The queue of one cown: README.md, part 1. It starts a block, whose memory is aligned to
/// [`ALIGN`]; the type is not, for that would make room between it and the value.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Queue {
    tail: Tail,
    writer: AtomicPtr<Slot>,
    readers: AtomicU32,
    users: Users,
}

/// What the address of every queue is a multiple of: a slot keeps four bits of its own in it.
pub(crate) const ALIGN: usize = 16;

/// One reader in the word `readers`.
const READER: u32 = 2;
/// The bit of `readers` that says that a writer waits.
const WRITER_WAITS: u32 = 1;
/// Beyond this in the word `readers` the process aborts. Each reader has a block in memory, more than
/// a hundred gigabytes together.
const MOST_READERS: u32 = u32::MAX / 2;

#[cold]
fn too_many_readers() -> ! {
    eprintln!("boc: more than {} readers of one cown at the same time, aborting", MOST_READERS / READER);
    std::process::abort()
}

impl Queue {
    /// The queue of a cown that has not been requested.
    pub(crate) fn idle(users: Users) -> Queue {
        Queue::led_by(ptr::null_mut(), users)
    }

    /// The queue of a promise: its producer holds it from the start.
    pub(crate) fn led_by(producer: *mut Status, users: Users) -> Queue {
        Queue {
            tail: Tail::new(producer),
            writer: AtomicPtr::new(ptr::null_mut()),
            readers: AtomicU32::new(0),
            users,
        }
    }

    /// Counts more readers: twice as many as the number says. Gives what was there before.
    ///
    /// Relaxed: each caller says what orders it.
    #[inline]
    fn add_readers(&self, twice: u32) -> u32 {
        let found = self.readers.fetch_add(twice, Ordering::Relaxed);
        if found.checked_add(twice).is_none_or(|readers| readers > MOST_READERS) {
            too_many_readers();
        }
        found
    }

    /// As if so many readers were active.
    #[cfg(all(test, unix, not(any(loom, shuttle))))]
    pub(crate) fn set_readers(&self, readers: u32) {
        // Relaxed: the test has the only handle.
        self.readers.store(readers.wrapping_mul(READER), Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn users(&self) -> &Users {
        &self.users
    }

    /// Whether nobody stands behind the producer of a promise. Only asked when nobody can enter any more.
    #[inline]
    pub(crate) fn is_led_alone_by(&self, producer: NonNull<Status>) -> bool {
        self.tail.is(producer.as_ptr())
    }
}
