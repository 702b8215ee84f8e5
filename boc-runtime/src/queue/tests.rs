//! The protocol, step by step, on one thread: who is granted when, and that the activity's count is taken and given
//! back once each.

#![expect(unsafe_code, reason = "drives the protocol by hand")]

use super::*;
use crate::sync::Ordering;

/// Records what the protocol asks for.
#[derive(Default)]
struct Record {
    granted: Vec<NonNull<Slot>>,
    activity: i32,
}

impl Effects for Record {
    fn granted(&mut self, slot: NonNull<Slot>) {
        self.granted.push(slot);
    }

    fn activated(&mut self, _: NonNull<Queue>) {
        self.activity += 1;
    }

    fn idle(&mut self, _: NonNull<Queue>) {
        self.activity -= 1;
    }
}

/// A queue where one may lie: see [`ALIGN`](super::ALIGN).
#[repr(C, align(16))]
struct Placed(Queue);

/// A cown and its requests, which live until the test ends.
struct Bench {
    queue: Box<Placed>,
    slots: Vec<NonNull<Slot>>,
    record: Record,
}

impl Bench {
    fn new() -> Bench {
        let queue = Box::new(Placed(Queue::idle(Users::none())));
        Bench { queue, slots: Vec::new(), record: Record::default() }
    }

    /// Makes a request that has not entered.
    fn slot(&mut self, shared: bool) -> NonNull<Slot> {
        // The kind is never looked at: `Record` does not dispatch.
        let slot = Slot::new(NonNull::from(&self.queue.0), shared, Kind::Alone);
        let slot = NonNull::from(Box::leak(Box::new(slot)));
        self.slots.push(slot);
        slot
    }

    fn enter(&mut self, shared: bool) -> NonNull<Slot> {
        let slot = self.slot(shared);
        // SAFETY: its only entering; the cown is alive.
        unsafe { enter_single(slot, &mut self.record) };
        slot
    }

    fn write(&mut self) -> NonNull<Slot> {
        self.enter(false)
    }

    fn read(&mut self) -> NonNull<Slot> {
        self.enter(true)
    }

    fn release(&mut self, slot: NonNull<Slot>) {
        assert!(self.record.granted.contains(&slot), "released before it was granted");
        // SAFETY: granted, and the tests release once.
        unsafe { release(slot, &mut self.record) };
    }

    #[track_caller]
    fn assert_granted(&self, slots: &[NonNull<Slot>]) {
        assert_eq!(self.record.granted, slots);
    }

    #[track_caller]
    fn assert_idle(&self) {
        assert_eq!(self.record.activity, 0);
        assert!(self.queue.0.tail.load().0.is_null());
        assert_eq!(self.queue.0.readers.load(Ordering::Relaxed), 0);
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        for slot in self.slots.drain(..) {
            // SAFETY: leaked in `slot`; the test is over.
            drop(unsafe { Box::from_raw(slot.as_ptr()) });
        }
    }
}

#[test]
fn writers_take_turns() {
    let mut bench = Bench::new();
    let (a, b, c) = (bench.write(), bench.write(), bench.write());
    bench.assert_granted(&[a]);
    assert_eq!(bench.record.activity, 1);
    bench.release(a);
    bench.assert_granted(&[a, b]);
    bench.release(b);
    bench.assert_granted(&[a, b, c]);
    assert_eq!(bench.record.activity, 1);
    bench.release(c);
    bench.assert_idle();
}

#[test]
fn readers_behind_a_writer_are_granted_together() {
    let mut bench = Bench::new();
    let (w, r1, r2, r3, w2) = (bench.write(), bench.read(), bench.read(), bench.read(), bench.write());
    bench.release(w);
    bench.assert_granted(&[w, r1, r2, r3]);
    // In an order other than that of the queue.
    bench.release(r2);
    bench.release(r3);
    bench.assert_granted(&[w, r1, r2, r3]);
    bench.release(r1);
    bench.assert_granted(&[w, r1, r2, r3, w2]);
    bench.release(w2);
    bench.assert_idle();
}

#[test]
fn a_reader_joins_an_active_one() {
    let mut bench = Bench::new();
    let r1 = bench.read();
    let r2 = bench.read();
    bench.assert_granted(&[r1, r2]);
    bench.release(r1);
    let r3 = bench.read();
    bench.assert_granted(&[r1, r2, r3]);
    bench.release(r2);
    assert_eq!(bench.record.activity, 1);
    bench.release(r3);
    bench.assert_idle();
}

/// The queue is empty while readers are active: a writer that arrives waits for the last of them.
#[test]
fn a_writer_waits_for_readers_that_have_left_the_queue_empty() {
    let mut bench = Bench::new();
    let r1 = bench.read();
    let r2 = bench.read();
    bench.release(r2); // the tail
    let w = bench.write();
    let r3 = bench.read(); // behind the writer
    bench.assert_granted(&[r1, r2]);
    bench.release(r1);
    bench.assert_granted(&[r1, r2, w]);
    bench.release(w);
    bench.assert_granted(&[r1, r2, w, r3]);
    bench.release(r3);
    bench.assert_idle();
}

/// The count of the activity goes over from a reader that leaves to one that came meanwhile.
#[test]
fn readers_pass_the_activity_on() {
    let mut bench = Bench::new();
    let r1 = bench.read();
    let r2 = bench.read();
    bench.release(r2);
    let r3 = bench.read(); // the queue was empty, a reader active
    assert_eq!(bench.record.activity, 1);
    bench.release(r1);
    bench.release(r3);
    bench.assert_idle();
}

#[test]
fn two_phases_hold_successors_back() {
    let mut bench = Bench::new();
    let first = bench.slot(true);
    // SAFETY: published below.
    let turn = unsafe { enter(first, false) };
    bench.assert_granted(&[]);
    // SAFETY: entered.
    unsafe { publish(first, turn, &mut bench.record) };
    bench.assert_granted(&[first]);
    assert_eq!(bench.queue.0.tail.load(), (first.as_ptr().cast(), false));
    let second = bench.write();
    bench.release(first);
    bench.assert_granted(&[first, second]);
    bench.release(second);
    bench.assert_idle();
}

/// The last queue that a behavior enters needs no second step.
#[test]
fn the_last_slot_is_published_as_it_enters() {
    let mut bench = Bench::new();
    let first = bench.slot(false);
    // SAFETY: published below.
    let turn = unsafe { enter(first, true) };
    assert_eq!(bench.queue.0.tail.load(), (first.as_ptr().cast(), false));
    // SAFETY: entered.
    unsafe { publish(first, turn, &mut bench.record) };
    bench.release(first);
    bench.assert_idle();
}

/// A slot that another thread enters.
struct Sendable(NonNull<Slot>);
// SAFETY: slots are made to be known to several threads.
unsafe impl Send for Sendable {}

/// Enters slots on a thread each, behind one that is entering; then `publishes`. Each scheduler sleeps until then, and finds that its slot
/// is linked.
fn enter_asleep(first: NonNull<Slot>, slots: &[NonNull<Slot>], publishes: impl FnOnce()) {
    let returned = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let mut predecessor = first;
        for &slot in slots {
            let (sent, returned) = (Sendable(slot), &returned);
            scope.spawn(move || {
                let Sendable(slot) = { sent };
                let mut record = Record::default();
                // SAFETY: its only entering; the cown is alive.
                unsafe { enter_single(slot, &mut record) };
                assert!(record.granted.is_empty(), "the thread that publishes does the rest");
                returned.fetch_add(1, Ordering::Release);
            });
            let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
            // SAFETY: the slots of a bench live until its test ends.
            while !unsafe { predecessor.as_ref() }.status.is_watched() {
                assert!(std::time::Instant::now() < deadline, "its scheduler does not sleep");
                std::thread::yield_now();
            }
            predecessor = slot;
        }
        assert_eq!(returned.load(Ordering::Acquire), 0, "a slot is not published");
        publishes();
    });
}

/// Requests of one cown behind one of several that is entering: they are not published before it is.
/// Story: README.md, "a request of one cown between".
#[test]
fn single_requests_behind_one_that_is_entering_wait_and_are_passed_on() {
    let mut bench = Bench::new();
    let first = bench.slot(false);
    // SAFETY: published below.
    let turn = unsafe { enter(first, false) };
    let [w1, r1, r2, w2] = [false, true, true, false].map(|shared| bench.slot(shared));
    enter_asleep(first, &[w1, r1, r2, w2], || {
        assert_eq!(bench.queue.0.tail.load(), (w2.as_ptr().cast(), true), "not published");
        bench.assert_granted(&[]);
        // SAFETY: entered.
        unsafe { publish(first, turn, &mut bench.record) };
    });
    assert_eq!(bench.queue.0.tail.load(), (w2.as_ptr().cast(), false), "published, with all behind it");
    let w3 = bench.write();
    bench.assert_granted(&[first]);
    bench.release(first);
    bench.assert_granted(&[first, w1]);
    bench.release(w1);
    bench.assert_granted(&[first, w1, r1, r2]);
    bench.release(r2);
    bench.release(r1);
    bench.assert_granted(&[first, w1, r1, r2, w2]);
    bench.release(w2);
    bench.release(w3);
    bench.assert_idle();
}

/// As above, behind an active reader: the first of the chain joins, and what is behind it is activated with it.
#[test]
fn readers_that_wait_join_with_the_reader_that_passes_them_on() {
    let mut bench = Bench::new();
    let active = bench.read();
    let first = bench.slot(true);
    // SAFETY: published below.
    let turn = unsafe { enter(first, false) };
    let (r1, w1) = (bench.slot(true), bench.slot(false));
    enter_asleep(first, &[r1, w1], || {
        bench.assert_granted(&[active]);
        // SAFETY: entered.
        unsafe { publish(first, turn, &mut bench.record) };
    });
    bench.assert_granted(&[active, first, r1]);
    bench.release(active);
    bench.release(first);
    bench.release(r1);
    bench.assert_granted(&[active, first, r1, w1]);
    bench.release(w1);
    bench.assert_idle();
}

/// A scheduler of several waits for one that is entering, and is woken.
#[test]
fn a_request_of_several_waits_for_one_that_is_entering() {
    let mut bench = Bench::new();
    let (first, second) = (bench.slot(false), bench.slot(false));
    // SAFETY: published below.
    let turn = unsafe { enter(first, false) };
    let sent = Sendable(second);
    let entered = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let entering = scope.spawn(|| {
            let Sendable(second) = { sent };
            // SAFETY: its only entering; the cown is alive; published below.
            let turn = unsafe { enter(second, false) };
            entered.store(true, Ordering::Release);
            let mut record = Record::default();
            // SAFETY: entered.
            unsafe { publish(second, turn, &mut record) };
            assert!(record.granted.is_empty());
        });
        // Time to look in vain, and to fall asleep.
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(!entered.load(Ordering::Acquire), "it goes on to its next queue");
        // SAFETY: entered.
        unsafe { publish(first, turn, &mut bench.record) };
        entering.join().expect("no panic");
    });
    bench.release(first);
    bench.assert_granted(&[first, second]);
    bench.release(second);
    bench.assert_idle();
}

#[test]
fn a_producer_leads_its_promise() {
    let mut bench = Bench::new();
    let producer = Box::new(Status::ready());
    let status = NonNull::from(&*producer);
    bench.queue.0 = Queue::led_by(status.as_ptr(), Users::none());
    bench.record.activity = 1; // the producer's
    let (r, w) = (bench.read(), bench.write());
    bench.assert_granted(&[]);
    assert!(!producer.is_finished());
    // SAFETY: it leads the queue, once.
    unsafe { release_producer(NonNull::from(&bench.queue.0), status, &mut bench.record) };
    assert!(producer.is_finished());
    bench.assert_granted(&[r]);
    bench.release(r);
    bench.assert_granted(&[r, w]);
    bench.release(w);
    bench.assert_idle();
}
