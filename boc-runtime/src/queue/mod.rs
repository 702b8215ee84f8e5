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

use crate::sync::{AtomicPtr, AtomicUsize};

use tail::Tail;

pub(crate) use enter::{Turn, enter, enter_run, enter_single, publish, publish_run, waits_for_others};
pub(crate) use release::{release, release_producer};
pub(crate) use slot::{Kind, Slot};
pub(crate) use status::Status;
pub(crate) use users::Users;

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

/// The queue of one cown: README.md, part 1.
#[derive(Debug)]
#[repr(C, align(16))]
pub(crate) struct Queue {
    tail: Tail,
    readers: AtomicUsize,
    writer: AtomicPtr<Slot>,
    users: Users,
}

/// One reader in the word `readers`.
const READER: usize = 2;
// Every reader that is counted has a slot, so the word cannot wrap, however many there are.
const _: () = assert!(size_of::<Slot>() > READER);
/// The bit of `readers` that says that a writer waits.
const WRITER_WAITS: usize = 1;

impl Queue {
    /// The queue of a cown that has not been requested.
    pub(crate) fn idle(users: Users) -> Queue {
        Queue::led_by(ptr::null_mut(), users)
    }

    /// The queue of a promise: its producer holds it from the start.
    pub(crate) fn led_by(producer: *mut Status, users: Users) -> Queue {
        Queue {
            tail: Tail::new(producer),
            readers: AtomicUsize::new(0),
            writer: AtomicPtr::new(ptr::null_mut()),
            users,
        }
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
