//! Owns: a worker's own queue, a ring from which others can steal half. README.md, part 1.

use std::ptr::{self, NonNull};

use crossbeam_utils::CachePadded;

use crate::behavior::{Behavior, Job};
use crate::memory::prefetch;
use crate::sync::{AtomicU32, AtomicU64, Ordering, Place};

/// How many jobs a ring holds. A power of two: positions wrap around.
const LEN: u32 = if cfg!(all(test, any(loom, shuttle))) { 2 } else { 256 };

/// First in, first out. Its *owner* is the worker whose number it has; only that thread pushes and pops.
#[derive(Debug)]
pub(super) struct RunQueue {
    head: CachePadded<AtomicU64>,
    tail: CachePadded<AtomicU32>,
    jobs: [Place<Behavior>; LEN as usize],
}

/// What `head` says: two positions, which differ while a thief copies.
#[derive(Clone, Copy)]
struct Head {
    /// The places before this one may be filled anew.
    free: u32,
    /// The first job that nobody has claimed.
    next: u32,
}

impl Head {
    fn of(word: u64) -> Head {
        Head { free: (word >> 32) as u32, next: word as u32 }
    }

    fn word(self) -> u64 {
        (u64::from(self.free) << 32) | u64::from(self.next)
    }

    /// Nobody copies.
    fn is_settled(self) -> bool {
        self.free == self.next
    }

    /// So many more are claimed by the owner, who is done with them at once, unless a thief is not.
    fn advanced(self, by: u32) -> Head {
        let next = self.next.wrapping_add(by);
        Head { free: if self.is_settled() { next } else { self.free }, next }
    }
}

/// What a thief has seen of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// The position of the first job: it grows by one for each that is taken.
    pub(super) position: u32,
    /// How many jobs wait.
    pub(super) waiting: u32,
}

impl Look {
    pub(super) fn taken_since(self, before: Look) -> u32 {
        self.position.wrapping_sub(before.position)
    }
}

/// The ring is full.
#[derive(Debug)]
pub(super) struct Full(pub(super) Job);

impl RunQueue {
    pub(super) fn new() -> RunQueue {
        RunQueue {
            head: CachePadded::new(AtomicU64::new(0)),
            tail: CachePadded::new(AtomicU32::new(0)),
            jobs: std::array::from_fn(|_| Place::new(ptr::null_mut())),
        }
    }

    #[inline]
    fn place(&self, position: u32) -> &Place<Behavior> {
        &self.jobs[(position % LEN) as usize]
    }

    #[inline]
    fn job(&self, position: u32) -> Job {
        // Relaxed: the owner reads what it wrote itself; a thief has acquired the tail.
        let job = self.place(position).load(Ordering::Relaxed);
        Job(NonNull::new(job).expect("a job was put here before the tail moved on"))
    }

    /// Puts a job behind the others. Only the owner calls this.
    #[inline]
    pub(super) fn push(&self, job: Job) -> Result<(), Full> {
        // Relaxed: the owner's own.
        let tail = self.tail.load(Ordering::Relaxed);
        // Acquire: pairs with the Release of the thief's last step: it has read the place that we fill anew.
        let head = Head::of(self.head.load(Ordering::Acquire));
        if tail.wrapping_sub(head.free) == LEN {
            return Err(Full(job));
        }
        // Relaxed: published by the tail.
        self.place(tail).store(job.0.as_ptr(), Ordering::Relaxed);
        // Release: pairs with the thief's Acquire.
        self.tail.store(tail.wrapping_add(1), Ordering::Release);
        Ok(())
    }

    /// How many jobs there is room for. Only the owner calls this.
    pub(super) fn room(&self) -> usize {
        // Acquire: as in `push`.
        let free = Head::of(self.head.load(Ordering::Acquire)).free;
        // Relaxed: the owner's own.
        (LEN - self.tail.load(Ordering::Relaxed).wrapping_sub(free)) as usize
    }

    /// Takes the first job. Only the owner calls this; `alone`: and nobody else takes any.
    #[inline]
    pub(super) fn pop(&self, alone: bool) -> Option<Job> {
        // Relaxed: the owner's own.
        let tail = self.tail.load(Ordering::Relaxed);
        if !alone {
            let position = self.claim(|waiting| waiting.min(1))?.0;
            self.prefetch(position.wrapping_add(1), tail);
            return Some(self.job(position));
        }
        // Relaxed: as above.
        let head = self.head.load(Ordering::Relaxed);
        let head = Head::of(head);
        if head.next == tail {
            return None;
        }
        let job = self.job(head.next);
        self.prefetch(head.next.wrapping_add(1), tail);
        // Relaxed: as above.
        self.head.store(head.advanced(1).word(), Ordering::Relaxed);
        Some(job)
    }

    /// Takes the first half of the jobs. Only the owner calls this, to make room; a thief at work makes some too.
    pub(super) fn take_half(&self) -> impl Iterator<Item = Job> + '_ {
        let (first, count) = self.claim(|waiting| waiting / 2).unwrap_or_default();
        // The places are not filled anew while the owner is here.
        (0..count).map(move |index| self.job(first.wrapping_add(index)))
    }

    /// Brings the block of the job at this position towards the cache, if there is one. It may be a thief's by now.
    #[inline]
    fn prefetch(&self, position: u32, tail: u32) {
        if position != tail {
            // Relaxed: only an address.
            let block = self.place(position).load(Ordering::Relaxed).cast::<u8>();
            prefetch(block);
            prefetch(block.wrapping_add(64));
        }
    }

    /// Claims some of the jobs that wait for their owner: the position of the first, and how many.
    #[inline]
    fn claim(&self, some: impl Fn(u32) -> u32) -> Option<(u32, u32)> {
        // Relaxed: the owner's own.
        let tail = self.tail.load(Ordering::Relaxed);
        // Relaxed: nothing is read on the strength of it but what the owner wrote.
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            let now = Head::of(head);
            let count = some(tail.wrapping_sub(now.next));
            if count == 0 {
                return None;
            }
            // Relaxed: as above. A thief's Release goes on through this exchange to the owner's `push`.
            let claimed = self.head.compare_exchange(
                head,
                now.advanced(count).word(),
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            match claimed {
                Ok(_) => return Some((now.next, count)),
                Err(found) => head = found,
            }
        }
    }

    /// What a thief sees. It may be old.
    #[inline]
    pub(super) fn look(&self) -> Look {
        // Acquire: this before the tail, so that the tail is not the older one.
        let position = Head::of(self.head.load(Ordering::Acquire)).next;
        // Acquire: pairs with the owner's Release.
        let waiting = self.tail.load(Ordering::Acquire).wrapping_sub(position);
        Look { position, waiting }
    }

    /// Whether no job waits. After a fence, for whoever is about to sleep: README.md, part 2.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.look().waiting == 0
    }

    /// Moves half of the jobs to the `thief`'s queue, which is empty and the caller's own, and takes one of them out. `None`: there
    /// is none, or somebody else is at it.
    pub(super) fn steal(&self, thief: &RunQueue) -> Option<Job> {
        // Acquire: as in `look`.
        let word = self.head.load(Ordering::Acquire);
        let head = Head::of(word);
        // Acquire: pairs with the owner's Release: the jobs are in their places.
        let waiting = self.tail.load(Ordering::Acquire).wrapping_sub(head.next);
        // More than there is room for: the head is the older one.
        if !head.is_settled() || waiting == 0 || waiting > LEN {
            return None;
        }
        let count = waiting.div_ceil(2);
        let claimed = Head { free: head.free, next: head.next.wrapping_add(count) };
        // Acquire: the claim comes before the copying. Relaxed on failure: somebody is faster.
        self.head.compare_exchange(word, claimed.word(), Ordering::Acquire, Ordering::Relaxed).ok()?;
        let first = self.job(head.next);
        for index in 1..count {
            let pushed = thief.push(self.job(head.next.wrapping_add(index)));
            debug_assert!(pushed.is_ok(), "an empty queue has room for half of another");
        }
        // Release: the places are read; pairs with the Acquire in the owner's `push`. Relaxed reads: the positions only count.
        self.head
            .fetch_update(Ordering::Release, Ordering::Relaxed, |word| {
                let next = Head::of(word).next;
                Some(Head { free: next, next }.word())
            })
            .expect("never refused");
        Some(first)
    }
}
