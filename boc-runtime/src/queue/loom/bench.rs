//! Owns: cowns and behaviors for the models: as thin as they can be around the real queue and the real count-down.
//!
//! A behavior runs on the thread that grants its last slot. (In a program it goes through a run queue, which orders no
//! more than that.) What it holds, and its own body, are cells that loom watches: two holders at a time, or a
//! holder that does not see what an earlier one wrote, end the model. So does whoever touches a slot or a cown after
//! its death.

#![expect(unsafe_code, reason = "drives the protocol by hand")]

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::rc::Rc;

use loom::cell::UnsafeCell;
use loom::thread::JoinHandle;

use crate::behavior::CountDown;
use crate::sync::{self, AtomicUsize, Ordering, fence, thread_local};

use super::super::{
    Effects, Kind, Queue, Slot, Users, enter, enter_run, enter_single, publish, publish_run, release,
};

/// A request of the cown of this number.
#[derive(Clone, Copy)]
pub(super) enum Mode {
    Write(usize),
    Read(usize),
}

pub(super) use Mode::{Read, Write};

/// All cowns and behaviors of one run of a model.
pub(super) struct Bench {
    cowns: Vec<Cown>,
    acts: RefCell<Vec<NonNull<Act>>>,
}

/// The queue comes first: [`Effects`] name a cown by its queue.
#[repr(C, align(16))]
struct Cown {
    queue: sync::UnsafeCell<Queue>,
    /// Of the threads that have a handle, and of the queue's activity.
    count: AtomicUsize,
    value: UnsafeCell<usize>,
    /// The numbers of the behaviors that have run on it.
    order: RefCell<Vec<usize>>,
    dead: Cell<bool>,
}

/// A behavior.
struct Act {
    pending: CountDown,
    slots: Vec<SlotOfAct>,
    /// Written by the scheduler, read by the runner.
    body: UnsafeCell<bool>,
    runs: Cell<usize>,
    number: usize,
}

/// As `SlotOfMany`: the slot comes first.
#[repr(C)]
struct SlotOfAct {
    slot: Slot,
    act: NonNull<Act>,
}

thread_local! {
    /// Behaviors that this thread has to run.
    static READY: RefCell<Vec<NonNull<Act>>> = RefCell::new(Vec::new());
}

impl Bench {
    /// So many cowns, in the global order, and so many threads that have a handle of each.
    pub(super) fn new(cowns: usize, threads: usize) -> Rc<Bench> {
        let cown = |_| Cown {
            queue: sync::UnsafeCell::new(Queue::idle(Users::none())),
            count: AtomicUsize::new(threads),
            value: UnsafeCell::new(0),
            order: RefCell::default(),
            dead: Cell::new(false),
        };
        Rc::new(Bench { cowns: (0..cowns).map(cown).collect(), acts: RefCell::default() })
    }

    /// Another thread of the model.
    pub(super) fn spawn<R: 'static>(
        self: &Rc<Bench>,
        thread: impl FnOnce(&Bench) -> R + 'static,
    ) -> JoinHandle<R> {
        let bench = Rc::clone(self);
        loom::thread::spawn(move || {
            let result = thread(&bench);
            bench.leave();
            result
        })
    }

    /// The thread does the rest of its work and drops its handles.
    pub(super) fn leave(&self) {
        self.run_ready();
        for cown in &self.cowns {
            Cown::release(NonNull::from(cown));
        }
    }

    /// The end of the model, on a thread that has joined all others.
    pub(super) fn finish(self: Rc<Bench>) {
        self.leave();
        let acts = self.acts.take();
        for (number, act) in acts.iter().enumerate() {
            // SAFETY: leaked in `make`, freed below.
            assert_eq!(unsafe { act.as_ref() }.runs.get(), 1, "runs of behavior {number}");
        }
        for cown in &self.cowns {
            assert!(cown.dead.get(), "the activity's count was not given back");
        }
        for act in acts {
            // SAFETY: leaked in `make`; every thread has ended.
            drop(unsafe { Box::from_raw(act.as_ptr()) });
        }
    }

    /// In which order behaviors have run on a cown, by number.
    pub(super) fn order(&self, cown: usize) -> Vec<usize> {
        self.cowns[cown].order.borrow().clone()
    }

    fn make(&self, requests: &[Mode]) -> NonNull<Act> {
        let act = Box::leak(Box::new(Act {
            pending: CountDown::new(requests.len() as u32),
            slots: Vec::new(),
            body: UnsafeCell::new(false),
            runs: Cell::new(0),
            number: self.acts.borrow().len(),
        }));
        let this = NonNull::from(&*act);
        act.slots.extend(requests.iter().map(|&mode| {
            let (Write(cown) | Read(cown)) = mode;
            let cown = NonNull::from(&self.cowns[cown]).cast();
            SlotOfAct { slot: Slot::new(cown, matches!(mode, Read(_)), Kind::Many), act: this }
        }));
        // SAFETY: nobody else knows the behavior yet.
        act.body.with_mut(|body| unsafe { *body = true });
        let act = NonNull::from(act);
        self.acts.borrow_mut().push(act);
        act
    }

    /// Schedules a behavior; it is run by whoever has its last grant, here at the next [`run_ready`](Bench::run_ready). Gives its number.
    pub(super) fn schedule(&self, requests: &[Mode]) -> usize {
        let act = self.make(requests);
        // SAFETY: not run yet.
        let number = unsafe { act.as_ref() }.number;
        let slots = slots_of(act);
        if let &[slot] = &slots[..] {
            // SAFETY: its only slot; the thread has a handle.
            unsafe { enter_single(slot, &mut Entering) };
            return number;
        }
        let turns: Vec<_> = (slots.iter().enumerate())
            // SAFETY: in the global order; published below.
            .map(|(index, &slot)| (slot, unsafe { enter(slot, index + 1 == slots.len()) }))
            .collect();
        for (slot, turn) in turns {
            // SAFETY: all are entered; our count is taken off last.
            unsafe { publish(slot, turn, &mut Entering) };
        }
        // SAFETY: the scheduler's own count.
        unsafe { count_down(act) };
        number
    }

    /// Schedules several behaviors atomically, each of one or more requests in the global order.
    pub(super) fn schedule_batch(&self, batch: &[&[Mode]]) -> Vec<usize> {
        let acts: Vec<_> = batch.iter().map(|requests| self.make(requests)).collect();
        // SAFETY: not run yet.
        let numbers = acts.iter().map(|act| unsafe { act.as_ref() }.number).collect();
        let mut slots: Vec<_> = acts.iter().flat_map(|&act| slots_of(act)).collect();
        // SAFETY: not entered yet.
        let cown = |slot: &NonNull<Slot>| unsafe { slot.as_ref() }.cown();
        slots.sort_by_key(cown);
        let runs: Vec<_> = (slots.chunk_by(|one, two| cown(one) == cown(two)))
            // SAFETY: in the global order, a cown's slots together; published below.
            .map(|run| (run, unsafe { enter_run(run) }))
            .collect();
        for (run, turn) in runs {
            // SAFETY: all are entered; the count of a behavior with several is taken off last.
            unsafe { publish_run(run, turn, &mut Entering) };
        }
        for (requests, act) in batch.iter().zip(acts) {
            match requests.len() {
                // SAFETY: it requests nothing.
                0 => unsafe { dispatch(act) },
                1 => {}
                // SAFETY: the scheduler's own count.
                _ => unsafe { count_down(act) },
            }
        }
        numbers
    }

    /// Runs what this thread has been granted, and what that grants.
    pub(super) fn run_ready(&self) {
        while let Some(act) = READY.with(|ready| ready.borrow_mut().pop()) {
            self.run(act);
        }
    }

    fn run(&self, act: NonNull<Act>) {
        // SAFETY: ready, so it lives.
        let this = unsafe { act.as_ref() };
        this.runs.set(this.runs.get() + 1);
        // SAFETY: ours to run.
        this.body.with(|body| assert!(unsafe { *body }, "the body is not there yet"));
        // Twice: as a body that takes its time.
        for _ in 0..2 {
            this.slots.iter().for_each(access);
        }
        for slot in slots_of(act) {
            // SAFETY: held.
            let cown = unsafe { slot.as_ref() }.cown().cast::<Cown>();
            // SAFETY: as above.
            unsafe { cown.as_ref() }.order.borrow_mut().push(this.number);
        }
        for slot in slots_of(act) {
            // SAFETY: granted, and released once.
            unsafe { release(slot, &mut Releasing) };
        }
        // The block is freed here: whoever still touches a slot is found out.
        for mut slot in slots_of(act) {
            // SAFETY: out of all queues: ours alone.
            unsafe { slot.as_mut() }.status.bury();
        }
    }
}

fn slots_of(act: NonNull<Act>) -> Vec<NonNull<Slot>> {
    // SAFETY: not run yet.
    unsafe { act.as_ref() }.slots.iter().map(|slot| NonNull::from(slot).cast()).collect()
}

fn access(SlotOfAct { slot, .. }: &SlotOfAct) {
    // SAFETY: held.
    let value = &unsafe { slot.cown().cast::<Cown>().as_ref() }.value;
    if slot.is_shared() {
        // SAFETY: as above.
        value.with(|value| unsafe { *value });
    } else {
        // SAFETY: as above.
        value.with_mut(|value| unsafe { *value += 1 });
    }
}

/// As the real one, but for what stands behind a slot.
unsafe fn grant(slot: NonNull<Slot>) {
    // SAFETY: every slot starts a `SlotOfAct`, and lives until it is released.
    let act = unsafe { slot.cast::<SlotOfAct>().as_ref() }.act;
    // SAFETY: not run yet.
    if unsafe { act.as_ref() }.slots.len() == 1 {
        // SAFETY: its only grant.
        unsafe { dispatch(act) };
    } else {
        // SAFETY: one of the grants that are counted.
        unsafe { count_down(act) };
    }
}

unsafe fn count_down(act: NonNull<Act>) {
    // SAFETY: not run yet: this count is still to come.
    if unsafe { act.as_ref() }.pending.less(1) {
        // SAFETY: nothing is pending any more.
        unsafe { dispatch(act) };
    }
}

unsafe fn dispatch(act: NonNull<Act>) {
    READY.with(|ready| ready.borrow_mut().push(act));
}

impl Cown {
    fn retain(this: NonNull<Cown>) {
        // SAFETY: the caller has a handle.
        let before = unsafe { this.as_ref() }.count.fetch_add(1, Ordering::Relaxed);
        assert!(before != 0, "nobody had a handle");
    }

    fn release(this: NonNull<Cown>) {
        // SAFETY: the caller has a count.
        let before = unsafe { this.as_ref() }.count.fetch_sub(1, Ordering::Release);
        assert!(before != 0, "nobody had a count to give back");
        if before == 1 {
            fence(Ordering::Acquire);
            // SAFETY: the last count; the memory is the bench's.
            let this = unsafe { this.as_ref() };
            assert!(!this.dead.replace(true), "dies once");
            // SAFETY: nobody else has a count, so nobody uses the queue.
            unsafe { &mut *this.queue.get() }.bury();
        }
    }
}

struct Entering;

impl Effects for Entering {
    fn granted(&mut self, slot: NonNull<Slot>) {
        // SAFETY: granted just now, by the queue.
        unsafe { grant(slot) };
    }

    fn activated(&mut self, cown: NonNull<Queue>) {
        Cown::retain(cown.cast());
    }

    fn idle(&mut self, _: NonNull<Queue>) {
        unreachable!("entering leaves no queue");
    }
}

struct Releasing;

impl Effects for Releasing {
    fn granted(&mut self, slot: NonNull<Slot>) {
        // SAFETY: granted just now, by the queue.
        unsafe { grant(slot) };
    }

    fn activated(&mut self, _: NonNull<Queue>) {
        unreachable!("releasing enters no queue");
    }

    fn idle(&mut self, cown: NonNull<Queue>) {
        Cown::release(cown.cast());
    }
}
