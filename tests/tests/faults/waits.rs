//! Faults: destructors that wait, for what they themselves have caused, by any means. A cown's
//! value dies as any other value does: what works in plain Rust works there.

use std::cell::RefCell;
use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use boc::prelude::*;
use boc::{explore, scope};
use boc_tests::{Gate, LIMIT, on_workers, within};
use parking_lot::Mutex;

/// A pinned cown whose thread is gone: what requests it is cancelled.
fn gone() -> PinnedCown<()> {
    let home = || PinnedCown::new(&MainThread::claim().expect("a fresh thread"), ());
    thread::spawn(home).join().expect("no panic")
}

/// Notes that it has ended.
type Ends = Arc<Mutex<Vec<&'static str>>>;

struct Joins(PinnedCown<()>, Ends);

impl Drop for Joins {
    fn drop(&mut self) {
        let cancelled = when(pinned(&self.0), |_| ()).join();
        assert_eq!(cancelled.unwrap_err().kind(), FailureKind::Cancelled);
        self.1.lock().push("join");
    }
}

struct JoinsInTime(PinnedCown<()>, Ends);

impl Drop for JoinsInTime {
    fn drop(&mut self) {
        let cancelled = when(pinned(&self.0), |_| ()).join_timeout(LIMIT).expect("in time");
        assert_eq!(cancelled.unwrap_err().kind(), FailureKind::Cancelled);
        self.1.lock().push("join_timeout");
    }
}

struct Scopes(PinnedCown<()>, Ends);

impl Drop for Scopes {
    fn drop(&mut self) {
        scope(|s| drop(s.when(pinned(&self.0), |_| ())));
        self.1.lock().push("scope");
    }
}

struct Quiesces(PinnedCown<()>, Ends);

impl Drop for Quiesces {
    fn drop(&mut self) {
        drop(when(pinned(&self.0), |_| ()));
        quiesce();
        self.1.lock().push("quiesce");
    }
}

struct Asks(PinnedCown<()>, Ends);

impl Drop for Asks {
    fn drop(&mut self) {
        let promise = when(pinned(&self.0), |_| ());
        while !promise.is_finished() {
            thread::yield_now();
        }
        self.1.lock().push("is_finished");
    }
}

/// The resolver lies in a cown that the same value owns.
struct Fields(Option<Cown<Resolver<()>>>, Option<Promise<()>>, Ends);

impl Fields {
    fn new(ends: &Ends) -> Fields {
        let (resolver, promise) = Promise::new();
        Fields(Some(Cown::new(resolver)), Some(promise), Arc::clone(ends))
    }
}

impl Drop for Fields {
    fn drop(&mut self) {
        drop(self.0.take());
        let abandoned = self.1.take().expect("there").join();
        assert_eq!(abandoned.unwrap_err().kind(), FailureKind::Abandoned);
        self.2.lock().push("fields");
    }
}

/// As `Fields`, with a channel, of which boc knows nothing.
struct Receives(Option<Cown<Sender<()>>>, Receiver<()>, Ends);

impl Receives {
    fn new(ends: &Ends) -> Receives {
        let (sender, receiver) = channel();
        Receives(Some(Cown::new(sender)), receiver, Arc::clone(ends))
    }
}

impl Drop for Receives {
    fn drop(&mut self) {
        drop(self.0.take());
        assert!(self.1.recv().is_err(), "the sender is gone");
        self.2.lock().push("channel");
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// With an executor that sleeps until it is woken; resolved between the first poll and the sleep.
struct Awaits(Ends);

impl Drop for Awaits {
    fn drop(&mut self) {
        let (resolver, promise) = Promise::<()>::new();
        let (mut resolver, mut future) = (Some(resolver), pin!(promise.into_future()));
        let waker = Arc::new(Unpark(thread::current())).into();
        while future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            if let Some(resolver) = resolver.take() {
                resolver.resolve(());
            }
            thread::park();
        }
        self.0.lock().push("await");
    }
}

/// Cowns in cowns: deeper than what happens at once.
enum Nest<T> {
    Cown { _inner: Cown<Nest<T>> },
    Value { _value: T },
}

fn nested<T: Send + 'static>(value: T, depth: usize) -> Cown<Nest<T>> {
    (0..depth)
        .fold(Cown::new(Nest::Value { _value: value }), |inner, _| Cown::new(Nest::Cown { _inner: inner }))
}

/// The value dies by itself, in a cown, and in cowns in a cown.
fn everywhere<T: Send + 'static>(name: &'static str, depths: &[usize], value: impl Fn(&Ends) -> T) {
    let ends = Ends::default();
    drop(value(&ends));
    drop(Cown::new(value(&ends)));
    drop(Cown::new([Some(value(&ends)), None, Some(value(&ends))]));
    for &depth in depths {
        drop(nested(value(&ends), depth));
    }
    assert_eq!(*ends.lock(), vec![name; 4 + depths.len()]);
}

const DEEP: &[usize] = &[1, 14, 15, 16, 17, 100];

#[test]
fn a_destructor_that_waits_for_what_it_has_cancelled() {
    on_workers(1, || {
        everywhere("join", DEEP, |ends| Joins(gone(), Arc::clone(ends)));
        everywhere("join_timeout", DEEP, |ends| JoinsInTime(gone(), Arc::clone(ends)));
        everywhere("scope", DEEP, |ends| Scopes(gone(), Arc::clone(ends)));
        everywhere("quiesce", DEEP, |ends| Quiesces(gone(), Arc::clone(ends)));
        everywhere("is_finished", DEEP, |ends| Asks(gone(), Arc::clone(ends)));
        everywhere("fields", DEEP, Fields::new);
    });
}

/// Of these waits the library knows nothing, so they end as deep as things happen at once.
#[test]
fn a_destructor_that_waits_by_other_means() {
    on_workers(1, || {
        everywhere("channel", &[1, 8], Receives::new);
        everywhere("await", &[1, 8], |ends| Awaits(Arc::clone(ends)));
    });
}

#[test]
fn a_destructor_that_waits_in_a_simulation() {
    within(LIMIT, || {
        explore(10, |_| {
            everywhere("fields", DEEP, Fields::new);
            everywhere("await", &[1], |ends| Awaits(Arc::clone(ends)));
            everywhere("join", &[], |ends| {
                let main = MainThread::claim().expect("the last one is dropped");
                Joins(PinnedCown::new(&main, ()), Arc::clone(ends))
            });
        });
    });
}

/// Where a body's captures die with the queue of a home.
#[test]
fn what_a_dropped_main_thread_cancels_waits_for_more_of_it() {
    struct JoinsOther(Option<Promise<()>>, PinnedCown<()>, Ends);
    impl Drop for JoinsOther {
        fn drop(&mut self) {
            let other = self.0.take().expect("there").join();
            assert_eq!(other.unwrap_err().kind(), FailureKind::Cancelled);
            // Scheduled on the home that goes.
            let late = when(pinned(&self.1), |_| ()).join();
            assert_eq!(late.unwrap_err().kind(), FailureKind::Cancelled);
            self.2.lock().push("other");
        }
    }
    on_workers(1, || {
        let ends = Ends::default();
        for in_a_cown in [false, true] {
            let main = MainThread::claim().expect("a fresh thread, or the last one is dropped");
            let canvas = PinnedCown::new(&main, ());
            // The first one waits for the last one, which waits for one in between, which captures
            // nothing.
            let (middle_given, middle) = channel();
            let (last_given, last) = channel();
            let joins = |promise: Receiver<Promise<()>>| {
                let (canvas, ends) = (canvas.clone(), Arc::clone(&ends));
                move || JoinsOther(promise.recv().ok(), canvas, ends)
            };
            let other = Arc::new(Mutex::new(None));
            let captured = Arc::clone(&other);
            drop(when(pinned(&canvas), move |_| drop(captured)));
            middle_given.send(when(pinned(&canvas), |_| ())).expect("received below");
            let middle = joins(middle)();
            last_given.send(when(pinned(&canvas), move |_| drop(middle))).expect("received below");
            // Whose last handle the body of the first one has.
            let value = joins(last)();
            *other.lock() = Some(if in_a_cown { Err(Cown::new(value)) } else { Ok(value) });
            drop(other);
            drop(main);
        }
        assert_eq!(*ends.lock(), ["other"; 4]);
    });
}

/// Destructors that wait for workers come one after the other, not one in the other: they use no
/// stack, and may hold a lock.
#[test]
fn waiting_destructors_do_not_nest_without_need() {
    struct Flushes(Cown<usize>, Arc<Mutex<usize>>);
    impl Drop for Flushes {
        fn drop(&mut self) {
            let mut count = self.1.try_lock().expect("no other destructor is inside this one");
            when(&self.0, |mut flushed| *flushed += 1).join().expect("a worker does it");
            *count += 1;
        }
    }
    on_workers(2, || {
        let (cown, count) = (Cown::new(0), Arc::new(Mutex::new(0)));
        let one = || Cown::new(Flushes(cown.clone(), Arc::clone(&count)));
        let many: Vec<_> = (0..1000).map(|_| one()).collect();
        drop(nested(many, 20));
        assert_eq!(*count.lock(), 1000);
        assert_eq!(when(&cown, |flushed| *flushed).join().unwrap(), 1000);
    });
}

/// The order in which values die is that of `Arc`s.
#[test]
fn values_die_in_the_order_of_plain_rust() {
    trait Handle: Sized {
        fn of(value: Node<Self>) -> Self;
    }
    struct Counted(#[expect(dead_code, reason = "dropped")] Arc<Node<Counted>>);
    struct Requested(#[expect(dead_code, reason = "dropped")] Cown<Node<Requested>>);
    impl Handle for Counted {
        fn of(value: Node<Counted>) -> Counted {
            Counted(Arc::new(value))
        }
    }
    impl Handle for Requested {
        fn of(value: Node<Requested>) -> Requested {
            Requested(Cown::new(value))
        }
    }
    struct Node<H> {
        name: String,
        children: Vec<H>,
        log: Arc<Mutex<Vec<String>>>,
    }
    impl<H> Drop for Node<H> {
        fn drop(&mut self) {
            self.log.lock().push(format!("{} begins", self.name));
            self.children.truncate(1);
            self.log.lock().push(format!("{} ends", self.name));
        }
    }
    fn tree<H: Handle>(name: &str, depth: usize, log: &Arc<Mutex<Vec<String>>>) -> H {
        let children = if depth == 0 { 0..0 } else { 0..3 };
        let children = children.map(|n| tree(&format!("{name}.{n}"), depth - 1, log)).collect();
        H::of(Node { name: name.to_owned(), children, log: Arc::clone(log) })
    }
    let order = |drop_it: fn(&Arc<Mutex<Vec<String>>>)| {
        let log = Arc::default();
        drop_it(&log);
        std::mem::take(&mut *log.lock())
    };
    let plain = order(|log| drop(tree::<Counted>("", 5, log)));
    assert_eq!(plain.len(), 2 * (1 + 3 + 9 + 27 + 81 + 243));
    within(LIMIT, move || {
        assert_eq!(order(|log| drop(tree::<Requested>("", 5, log))), plain);
    });
}

/// At the end of a thread, when what the library keeps for it is gone: each wait is woken all the
/// same. (It was found by the poll once, fifty milliseconds late.)
#[test]
fn a_thread_local_that_waits_when_its_thread_ends() {
    struct AtTheEnd(RefCell<Option<Box<dyn FnOnce()>>>);
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            self.0.take().expect("set")();
        }
    }
    thread_local! {
        static AT_THE_END: AtTheEnd = const { AtTheEnd(RefCell::new(None)) };
    }
    on_workers(1, || {
        let waits: [fn(Promise<()>); 4] = [
            |blocked| blocked.join().expect("it passed"),
            |blocked| blocked.join_timeout(LIMIT).expect("in time").expect("it passed"),
            |blocked| scope(|s| drop(s.when(&blocked, |_| ()))),
            |blocked| {
                drop(blocked);
                quiesce();
            },
        ];
        let cown = Cown::new(());
        for wait in waits {
            let gate = Gate::new();
            let blocked = when(&cown, {
                let gate = gate.clone();
                move |_| gate.pass()
            });
            let runtime = Arc::new(Runtime::builder().workers(1).build().expect("a runtime"));
            let ends = thread::spawn(move || {
                // Set first, so that it ends last.
                AT_THE_END.with(|end| {
                    let runtime = Arc::clone(&runtime);
                    *end.0.borrow_mut() = Some(Box::new(move || {
                        runtime.enter(|| {
                            let behind = when(&blocked, |_| ());
                            wait(behind);
                        });
                    }));
                });
                runtime.when((), |()| ()).join().expect("it runs");
            });
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(20));
                gate.open();
            });
            ends.join().expect("no panic");
        }
    });
}

/// Calls it when it is dropped.
struct Calls<F: FnMut()>(F);

impl<F: FnMut()> Drop for Calls<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// `many` behaviors wait for ever, and go with their runtime; what each has captured does this then.
fn many_destructors_that(act: impl Fn(&Promise<u8>) + Send + Sync + 'static) {
    const MANY: usize = 5_000;
    within(LIMIT, move || {
        let runtime = Runtime::builder().workers(1).build().expect("a thread");
        let (resolver, never) = Promise::<u8>::new();
        let (act, (sender, dropped)) = (Arc::new(act), channel());
        for _ in 0..MANY {
            let (act, sender, asked) = (Arc::clone(&act), sender.clone(), never.clone());
            let capture = Calls(move || {
                act(&asked);
                let _ = sender.send(());
            });
            runtime.when(&never, move |_| drop(capture));
        }
        drop(runtime);
        for _ in 0..MANY {
            dropped.recv_timeout(LIMIT).expect("every capture is dropped");
        }
        drop(resolver);
    });
}

#[test]
fn destructors_that_ask_do_not_nest_without_end() {
    many_destructors_that(|never| assert!(!never.is_finished()));
}

#[test]
fn destructors_that_poll_do_not_nest_without_end() {
    many_destructors_that(|never| {
        let mut future = pin!(never.clone().into_future());
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    });
}

#[test]
fn destructors_that_wait_do_not_nest_without_end() {
    let other = Runtime::builder().workers(1).build().expect("a thread");
    let log = Cown::new(0);
    many_destructors_that(move |_| {
        let slow = other.when(&log, |mut log| {
            (0..2_000).for_each(|n| *log = std::hint::black_box(n));
        });
        slow.join().unwrap();
    });
}

/// Two behaviors are given up together. The capture of one waits for what a thread resolves soon, that of the other for
/// the promise of the first.
#[test]
fn captures_that_are_dropped_together_may_wait_for_each_other() {
    within(LIMIT, || {
        let runtime = Runtime::builder().workers(2).build().expect("a runtime");
        for _ in 0..10 {
            let (never, waits) = Promise::<()>::new();
            let (soon, slow) = Promise::<()>::new();
            let stop = Cancel::new();
            let mut slow = Some(slow);
            let capture = Calls(move || drop(slow.take().map(Promise::join)));
            let first = runtime.with(&stop).when(&waits, move |_| drop(capture));
            let mut awaited = Some(first.clone());
            let capture = Calls(move || drop(awaited.take().map(Promise::join)));
            let second = runtime.with(&stop).when(&waits, move |_| drop(capture));
            let (entered, gate) = channel();
            let other = thread::spawn(move || {
                let _ = gate.recv();
                thread::sleep(Duration::from_millis(10));
                soon.resolve(());
            });
            entered.send(()).expect("it waits");
            stop.cancel();
            assert!(first.join().is_err() && second.join().is_err());
            other.join().expect("no panic");
            drop(never);
        }
    });
}

/// Each capture waits for the promise of the one before, and all are given up together.
#[test]
fn a_chain_of_captures_that_wait_for_each_other_ends() {
    within(LIMIT, || {
        let runtime = Runtime::builder().workers(1).build().expect("a runtime");
        for many in [10, 64, 300] {
            let (never, waits) = Promise::<()>::new();
            let stop = Cancel::new();
            let mut last: Option<Promise<()>> = None;
            for _ in 0..many {
                let mut before = last.take();
                let capture = Calls(move || drop(before.take().map(Promise::join)));
                last = Some(runtime.with(&stop).when(&waits, move |_| drop(capture)));
            }
            stop.cancel();
            assert!(last.expect("many").join().is_err());
            drop(never);
        }
    });
}
