//! Promise: `in TARGET;` schedules through a runtime, a scope, a batch or a main thread, in all three ways to write a
//! behavior; whatever the target is, it expands to `(TARGET).when(request, body)`.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use boc::prelude::*;
use boc::{Batch, Scope, batch, scope};
use boc_tests::{Gate, on_home, on_workers};

/// The name of the thread that runs the body tells which runtime it belongs to.
fn worker() -> String {
    thread::current().name().unwrap_or_default().to_owned()
}

#[test]
fn in_a_runtime() {
    on_workers(1, || {
        let ours = Runtime::builder().workers(1).thread_name("ours").build().expect("a runtime");
        let cown = Cown::new(1);
        let by_reference = &ours;

        let block = when!(in ours; cown => { *cown += 1; worker() });
        let borrowed = when!(in &ours; read cown => (*cown, worker()));
        let reference = when!(in by_reference; => worker());
        let function = ours.when(&cown, |mut cown| {
            *cown += 1;
            worker()
        });
        #[boc::attr::when(in ours; cown)]
        fn attribute(cown: &mut i32) -> String {
            *cown += 1;
            worker()
        }
        // What such a body schedules runs there, too.
        let nested = when!(in ours; cown => when!(cown => (*cown, worker())));

        for name in [block, reference, function, attribute] {
            assert_eq!(name.join().expect("runs"), "ours-0");
        }
        assert_eq!(borrowed.join().expect("runs"), (2, "ours-0".to_owned()));
        let nested = nested.join().expect("runs").join().expect("runs");
        assert_eq!(nested, (4, "ours-0".to_owned()));
        assert_ne!(when!(=> worker()).join().expect("runs"), "ours-0");
    });
}

#[test]
fn in_a_scope() {
    on_workers(2, || {
        let local = AtomicU32::new(0);
        let seen = &local;
        let cown = Cown::new(1);
        let sum = scope(|s| {
            when!(in s; cown => { seen.fetch_add(*cown, Ordering::SeqCst); });
            when!(in &s; read cown => { seen.fetch_add(*cown, Ordering::SeqCst); });
            s.when(&cown, |cown| seen.fetch_add(*cown, Ordering::SeqCst));
            #[boc::attr::when(in s; cown)]
            fn attribute(cown: &mut u32, seen: &AtomicU32) -> u32 {
                *cown += 1;
                seen.fetch_add(*cown, Ordering::SeqCst)
            }
            through_a_function(s, &cown, seen);
            attribute.join()
        });
        assert!(sum.is_ok());
        assert_eq!(local.load(Ordering::SeqCst), 1 + 1 + 1 + 2 + 2);
    });
}

/// A function of the user's that is given the scope.
fn through_a_function<'scope>(s: &'scope Scope<'scope, '_>, cown: &Cown<u32>, seen: &'scope AtomicU32) {
    when!(in s; read cown => { seen.fetch_add(*cown, Ordering::SeqCst); });
}

#[test]
fn in_a_batch() {
    on_workers(2, || {
        let cown = Cown::new(Vec::new());
        batch(|b| {
            when!(in b; cown => cown.push("block"));
            when!(cown => cown.push("somebody else")); // at once: before the whole batch
            #[boc::attr::when(in b; cown)]
            fn attribute(cown: &mut Vec<&str>) {
                cown.push("attribute");
            }
            b.when(&cown, |mut cown| cown.push("function"));
            when!(in &b; cown => cown.push("reference"));
            also(b, &cown);
        });
        let order = when!(cown => cown.clone()).join().expect("runs");
        assert_eq!(order, ["somebody else", "block", "attribute", "function", "reference", "helper"]);
    });
}

/// A function of the user's that is given the batch.
fn also(b: &Batch, cown: &Cown<Vec<&'static str>>) {
    when!(in b; cown => cown.push("helper"));
}

#[test]
fn in_a_main_thread() {
    on_home(1, |main| {
        let gate = Gate::new();
        let (cown, here) = (Cown::new(1), thread::current().id());
        let seen = Rc::new(Cell::new(0)); // not `Send`
        when!(cown, clone gate => { gate.pass(); *cown += 1; });

        let block =
            when!(in main; read cown, clone seen => { seen.set(seen.get() + *cown); thread::current().id() });
        let borrowed = when!(in &main; => thread::current().id());
        let function = main.when(&cown, {
            let seen = Rc::clone(&seen);
            move |cown| {
                seen.set(seen.get() + *cown);
                thread::current().id()
            }
        });
        #[boc::attr::when(in main; cown)]
        fn attribute(cown: &mut u32, seen: Rc<Cell<u32>>) -> thread::ThreadId {
            seen.set(seen.get() + *cown);
            thread::current().id()
        }
        main.pump();
        assert_eq!(seen.get(), 0, "the cown is not free yet");
        gate.open();
        for home in [block, borrowed, function, attribute] {
            assert_eq!(home.join().expect("runs"), here);
        }
        assert_eq!(seen.get(), 6);
    });
}

/// Nothing but a method of this name is asked of a target: one of the user's own counts what goes through it.
#[test]
fn in_anything_with_a_method_of_that_name() {
    struct Counting<'r>(&'r Runtime, Cell<u32>);
    impl Counting<'_> {
        fn when<Q, F, R>(&self, request: Q, body: F) -> Promise<R>
        where
            Q: boc::Request,
            F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send + 'static,
            R: Send + 'static,
        {
            self.1.set(self.1.get() + 1);
            self.0.when(request, body)
        }
    }
    on_workers(1, || {
        let ours = Runtime::builder().workers(1).build().expect("a runtime");
        let counting = Counting(&ours, Cell::new(0));
        let cown = Cown::new(1);
        when!(in counting; cown => *cown += 1);
        #[boc::attr::when(in counting; read cown)]
        fn attribute(cown: &i32) -> i32 {
            *cown
        }
        assert_eq!(attribute.join().expect("runs"), 2);
        assert_eq!(counting.1.get(), 2);
    });
}
