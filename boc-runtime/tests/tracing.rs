//! What a `tracing` subscriber sees: a span for each body, with its place, name, worker and affinity; a warning for a
//! failed promise that was not looked at.
//!
//! One test: a global subscriber belongs to the process.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use boc_runtime::__private::{Name, Named};
use boc_runtime::{Cown, MainThread, PinnedCown, Promise, Runtime, pinned, when};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Writes every span, entering, leaving and event down.
struct Recorder;

#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

fn note(line: String) {
    SEEN.lock().expect("no panic").push(line);
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        span.record(&mut fields);
        note(format!("span {}{}", span.metadata().name(), fields.0));
        Id::from_u64(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        note(format!("{}{}", event.metadata().level(), fields.0));
    }

    fn enter(&self, _: &Id) {
        note("enter".to_owned());
    }

    fn exit(&self, _: &Id) {
        note("exit".to_owned());
    }
}

fn seen() -> Vec<String> {
    std::mem::take(&mut *SEEN.lock().expect("no panic"))
}

struct Transfer;

impl Name for Transfer {
    const NAME: &'static str = "transfer";
}

#[test]
fn a_subscriber_sees_bodies_and_failures_that_were_not_looked_at() {
    tracing::subscriber::set_global_default(Recorder).expect("the only one");
    let runtime = Runtime::builder().workers(1).build().expect("a runtime");
    let cown = Cown::new(1);

    runtime.when(Named::new(&cown, Transfer), |_| note("body".to_owned()));
    runtime.quiesce();
    let lines = seen();
    let [span, enter, body, exit] = &lines[..] else { panic!("{lines:?}") };
    assert!(span.starts_with("span behavior"), "{span}");
    assert!(span.contains("name=\"transfer\""), "{span}");
    assert!(span.contains("tests/tracing.rs:"), "{span}");
    assert!(span.contains("worker=0") && span.contains("pinned=false"), "{span}");
    assert_eq!([enter, body, exit], ["enter", "body", "exit"]);

    let main = MainThread::claim().expect("this thread's first");
    let home = PinnedCown::new(&main, ());
    runtime.enter(|| when(pinned(&home), |_| ()));
    runtime.quiesce();
    let span = &seen()[0];
    assert!(span.contains("pinned=true") && !span.contains("worker="), "{span}");

    // Joined: the failure is known. Requested: likewise, and only the last in the chain is forgotten.
    runtime.when(&cown, |_| panic!("known")).join().expect_err("it panics");
    let first = runtime.when(&cown, |_| panic!("forgotten"));
    drop(runtime.when(&first, |_| ()));
    drop(first);
    runtime.quiesce();
    let warnings: Vec<String> = seen().into_iter().filter(|line| line.starts_with("WARN")).collect();
    let [warning] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(warning.contains("was skipped") && warning.contains("forgotten"), "{warning}");
    assert_eq!(warning.matches("tests/tracing.rs:").count(), 2, "where each was scheduled: {warning}");
    drop(runtime.when(&cown, |_| panic!("alone")));
    runtime.quiesce();
    let warning = the_warning();
    assert!(warning.contains("alone") && !warning.contains("skipped"), "{warning}");

    // Abandoned, and a behavior that requests it.
    let (resolver, promise) = Promise::<u8>::new();
    drop(resolver);
    drop(promise);
    let warning = the_warning();
    assert!(warning.contains("resolver was dropped") && warning.contains("tests/tracing.rs:"), "{warning}");
    let (resolver, promise) = Promise::<u8>::new();
    drop(resolver);
    drop(runtime.when(&promise, |_| ()));
    drop(promise);
    runtime.quiesce();
    let warning = the_warning();
    assert!(warning.contains("was skipped") && warning.contains("resolver was dropped"), "{warning}");

    // Taken by a join before the behavior has it.
    let promise = runtime.when((), |()| 1);
    let same = promise.clone();
    promise.join().expect("its value");
    drop(runtime.when(&same, |_| ()));
    drop(same);
    runtime.quiesce();
    let warning = the_warning();
    assert!(warning.contains("was skipped") && warning.contains("taken by an earlier join"), "{warning}");

    // Given up on purpose: no word.
    let (resolver, promise) = Promise::<u8>::new();
    drop(runtime.when(&promise, |_| ()));
    drop(runtime);
    resolver.resolve(1);
    assert_eq!(seen().iter().filter(|line| line.starts_with("WARN")).count(), 0);
}

fn the_warning() -> String {
    let warnings: Vec<String> = seen().into_iter().filter(|line| line.starts_with("WARN")).collect();
    let [warning] = <[String; 1]>::try_from(warnings).expect("one warning");
    warning
}
