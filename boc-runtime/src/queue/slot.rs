//! Owns: a request, as its queue sees it: a status and a tagged pointer.

#![expect(unsafe_code, reason = "takes the tag off a pointer that is not null")]

use std::cell::Cell;
use std::ptr::NonNull;

use super::status::Status;
use super::{ALIGN, Queue};

/// A request in a queue.
///
/// The status comes first: a queue's `tail` and a slot's predecessor are pointers to status words, because the
/// producer of a promise has no more than that.
#[derive(Debug)]
#[repr(C, align(8))]
pub(crate) struct Slot {
    pub(super) status: Status,
    /// The queue, with four tag bits: [`Slot::SHARED`], the kind, and [`Slot::TRACKED`]. A cell: it
    /// is tagged while others know the slot's status.
    cown: Cell<*mut Queue>,
}

/// Whose slot it is: where its owner finds what else there is to know about the request. The queue does not care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One of several of a behavior.
    Many,
    /// As `Many`, but the same cown stands in the request set already (both shared): this slot enters no queue.
    Repeated,
    /// The only one of a behavior.
    Alone,
    /// A joiner's.
    Joiner,
    /// As `Many` or `Alone`, of a behavior that is on the list of those that may wait for something
    /// that no worker of their core finishes.
    Tracked,
}

impl Slot {
    /// The request is shared.
    const SHARED: usize = 0b001;
    const KIND: usize = 0b110;
    const MANY: usize = 0b000;
    const REPEATED: usize = 0b010;
    const ALONE: usize = 0b100;
    const JOINER: usize = 0b110;
    /// With the kinds `Many` and `Alone`.
    const TRACKED: usize = 0b1000;
    const TAGS: usize = ALIGN - 1;

    #[inline]
    pub(crate) fn new(cown: NonNull<Queue>, shared: bool, kind: Kind) -> Slot {
        let kind = match kind {
            Kind::Many => Self::MANY,
            Kind::Repeated => Self::REPEATED,
            Kind::Alone => Self::ALONE,
            Kind::Joiner => Self::JOINER,
            Kind::Tracked => unreachable!("a slot is tracked when it is about to wait"),
        };
        debug_assert!(cown.addr().get() & Self::TAGS == 0, "a queue is at a multiple of 16");
        let tag = kind | if shared { Self::SHARED } else { 0 };
        Slot { status: Status::unentered(), cown: Cell::new(cown.as_ptr().map_addr(|addr| addr | tag)) }
    }

    /// Notes, before the slot enters its queue, which one enters after it.
    #[inline]
    pub(crate) fn put_before(&mut self, next: NonNull<Slot>) {
        self.status.put_before(next);
    }

    /// The slot that enters after this one, which has not entered yet.
    #[inline]
    pub(crate) fn next_to_enter(&self) -> Option<NonNull<Slot>> {
        self.status.next_to_enter()
    }

    /// Marks a second shared request of a cown.
    pub(crate) fn make_repeated(&mut self) {
        self.cown.set(self.cown.get().map_addr(|addr| (addr & !Self::KIND) | Self::REPEATED));
    }

    /// Makes the kind `Tracked`. Only its scheduler calls this, before the slot can be granted.
    pub(crate) fn track(&self) {
        debug_assert!(matches!(self.kind(), Kind::Many | Kind::Alone));
        self.cown.set(self.cown.get().map_addr(|addr| addr | Self::TRACKED));
    }

    /// Whether a slot that is tracked is its behavior's only one.
    pub(crate) fn is_alone(&self) -> bool {
        self.cown.get().addr() & Self::KIND == Self::ALONE
    }

    #[inline]
    pub(crate) fn cown(&self) -> NonNull<Queue> {
        let cown = self.cown.get().map_addr(|addr| addr & !Self::TAGS);
        // SAFETY: made from a `NonNull` whose low bits are free: queues lie at multiples of `ALIGN`.
        unsafe { NonNull::new_unchecked(cown) }
    }

    #[inline]
    pub(crate) fn is_shared(&self) -> bool {
        self.cown.get().addr() & Self::SHARED != 0
    }

    /// For a holder whose body is about to run: it releases soon, and then the successor's block is needed.
    #[inline]
    pub(crate) fn prefetch_successor(&self) {
        self.status.prefetch_next();
    }

    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        match self.cown.get().addr() & (Self::KIND | Self::TRACKED) {
            Self::MANY => Kind::Many,
            Self::REPEATED => Kind::Repeated,
            Self::ALONE => Kind::Alone,
            Self::JOINER => Kind::Joiner,
            _ => Kind::Tracked,
        }
    }
}
