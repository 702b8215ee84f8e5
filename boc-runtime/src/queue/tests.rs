//! The protocol, step by step, on one thread: who is granted when, and that the activity's count is taken and given
//! back once each.

#![expect(unsafe_code, reason = "drives the protocol by hand")]

use super::status::State;
use super::*;

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

/// A cown and its requests, which live until the test ends.
struct Bench {
    queue: Box<Queue>,
    slots: Vec<NonNull<Slot>>,
    record: Record,
}

impl Bench {
    fn new() -> Bench {
        Bench { queue: Box::new(Queue::idle(Users::none())), slots: Vec::new(), record: Record::default() }
    }

    /// Makes a request that has not entered.
    fn slot(&mut self, shared: bool) -> NonNull<Slot> {
        // The kind is never looked at: `Record` does not dispatch.
        let slot = Slot::new(NonNull::from(&*self.queue), shared, Kind::Alone);
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
        assert!(self.queue.tail.load(Ordering::Relaxed).is_null());
        assert_eq!(self.queue.readers.load(Ordering::Relaxed), 0);
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
    unsafe { enter(first) };
    bench.assert_granted(&[]);
    // SAFETY: entered.
    unsafe { publish(first, &mut bench.record) };
    bench.assert_granted(&[first]);
    let second = bench.write();
    bench.release(first);
    bench.assert_granted(&[first, second]);
    bench.release(second);
    bench.assert_idle();
}

/// A request of one cown between two of several must hold the second back as long as the first is entering. Story:
/// README.md, "a request of one cown between".
#[test]
fn a_single_request_stays_in_wait_behind_one_that_is_entering() {
    struct Sendable(NonNull<Slot>);
    // SAFETY: slots are made to be known to several threads.
    unsafe impl Send for Sendable {}
    let mut bench = Bench::new();
    let (first, single) = (bench.slot(false), bench.slot(true));
    // SAFETY: published below.
    unsafe { enter(first) };
    let sent = Sendable(single);
    std::thread::scope(|scope| {
        let entering = scope.spawn(move || {
            let Sendable(single) = { sent };
            let mut record = Record::default();
            // SAFETY: its only entering; the cown is alive.
            unsafe { enter_single(single, &mut record) };
            assert!(record.granted.is_empty());
        });
        while bench.queue.tail.load(Ordering::Acquire) != single.as_ptr().cast() {
            std::thread::yield_now();
        }
        for _ in 0..100 {
            // SAFETY: lives until the bench is dropped.
            assert_eq!(unsafe { single.as_ref() }.status.load(), State::Wait);
            std::thread::yield_now();
        }
        // SAFETY: entered.
        unsafe { publish(first, &mut bench.record) };
        entering.join().expect("no panic");
    });
    bench.release(first);
    bench.assert_granted(&[first, single]);
    bench.release(single);
    bench.assert_idle();
}

#[test]
fn a_producer_leads_its_promise() {
    let mut bench = Bench::new();
    let producer = Box::new(Status::ready());
    let status = NonNull::from(&*producer);
    *bench.queue = Queue::led_by(status.as_ptr(), Users::none());
    bench.record.activity = 1; // the producer's
    let (r, w) = (bench.read(), bench.write());
    bench.assert_granted(&[]);
    assert!(!producer.is_finished());
    // SAFETY: it leads the queue, once.
    unsafe { release_producer(NonNull::from(&*bench.queue), status, &mut bench.record) };
    assert!(producer.is_finished());
    bench.assert_granted(&[r]);
    bench.release(r);
    bench.assert_granted(&[r, w]);
    bench.release(w);
    bench.assert_idle();
}
