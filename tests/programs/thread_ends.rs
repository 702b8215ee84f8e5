//! What is done in the destructor of a thread-local, where a panic would end the process; and what
//! `exit` meets. The argument says on which kind of thread, or where. Run by
//! tests/process/thread_ends.rs.

use std::cell::RefCell;
use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::process::exit;
use std::rc::Rc;
use std::task::{Context, Waker};
use std::thread;

use boc::prelude::*;
use boc_tests::LIMIT;

thread_local! {
    /// Touched before anything of boc's, or after: so dropped after, or before.
    static EARLY: AtEnd = const { AtEnd::new() };
    static LATE: AtEnd = const { AtEnd::new() };
}

/// Calls what it was given when the thread's thread-locals are dropped.
struct AtEnd(RefCell<Option<Box<dyn FnOnce()>>>);

impl AtEnd {
    const fn new() -> AtEnd {
        AtEnd(RefCell::new(None))
    }

    fn call(&self, act: impl FnOnce() + 'static) {
        *self.0.borrow_mut() = Some(Box::new(act));
    }
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        if let Some(act) = self.0.get_mut().take() {
            act();
        }
    }
}

/// A name, and what gives an answer.
type Call = (&'static str, fn() -> String);

/// Every public call that needs no token; each says what it gave.
fn calls() -> Vec<Call> {
    vec![
        ("claim", || match MainThread::claim() {
            Ok(main) => {
                let cown = PinnedCown::new(&main, 1);
                let two = when!(pinned cown => { *cown += 1; *cown });
                format!("pumped {}", main.pump().executed + usize::from(two.is_finished()))
            }
            Err(error) => error.to_string(),
        }),
        ("when", || {
            drop(when!(=> 1));
            "scheduled".to_owned()
        }),
        ("join", || format!("{:?}", when!(=> 1).join_timeout(LIMIT).expect("in time"))),
        ("quiesce", || format!("{:?}", boc::quiesce_timeout(LIMIT))),
        ("scope", || {
            let mut sum = 1;
            boc::scope(|s| drop(s.when((), |()| sum += 1)));
            format!("{sum}")
        }),
        ("batch", || format!("{:?}", boc::batch(|b| b.when((), |()| 3)).join())),
        ("resolve", || {
            let (resolver, promise) = Promise::new();
            let next = when!(promise => *promise + 1);
            resolver.resolve(1);
            format!("{:?}", next.join_timeout(LIMIT).expect("in time"))
        }),
        ("abandon", || {
            let (resolver, promise) = Promise::<u8>::new();
            drop(resolver);
            format!("{:?}", promise.join().map_err(|failure| failure.kind()))
        }),
        ("await", || {
            let mut future = pin!(Promise::<u8>::new().1.into_future());
            let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            format!("{}", polled.is_ready())
        }),
        ("drop", || {
            drop((Cown::new(Cown::new(String::from("dropped"))), Promise::<u8>::new()));
            "dropped".to_owned()
        }),
        ("runtime", || {
            let runtime = Runtime::builder().workers(1).build().expect("a thread");
            let two = runtime.when((), |()| 2);
            format!("{:?}", two.join_timeout(LIMIT).expect("in time"))
        }),
    ]
}

/// Makes the calls when the thread ends: before boc's own thread-locals are dropped, and after.
fn at_both_ends(use_boc: impl FnOnce()) {
    let say = |when: &'static str| {
        move || calls().into_iter().for_each(|(name, call)| println!("{when} {name}: {}", call()))
    };
    EARLY.with(|end| end.call(say("after")));
    use_boc();
    LATE.with(|end| end.call(say("before")));
}

fn use_a_home() {
    let main = MainThread::claim().expect("not claimed");
    let cown = PinnedCown::new(&main, Rc::new(1));
    when!(pinned cown => *cown = Rc::new(2)).join().expect("waiting pumps");
}

/// Says so when it is dropped.
struct Says(&'static str);

impl Drop for Says {
    fn drop(&mut self) {
        println!("{} is dropped", self.0);
    }
}

/// `exit`, in a body that holds the value, or while `with` lends it.
fn exit_holding(main: &MainThread, cown: &PinnedCown<Says>, body: bool) {
    if body {
        main.when(pinned(cown), |cown| {
            println!("exit while {} is held", cown.0);
            exit(0)
        });
        main.pump();
    } else {
        let _ = main.with(cown, |cown| -> () {
            println!("exit while {} is lent", cown.0);
            exit(0)
        });
    }
}

/// `exit` ends the thread-locals of its thread with `with`, or a body, still on the stack.
fn exit_inside(body: bool) {
    let main = MainThread::claim().expect("not claimed");
    let (cown, waiting) = (PinnedCown::new(&main, Says("the value")), Says("a capture"));
    when!(pinned cown, let waiting = waiting => { let _ = (&cown, &waiting); });
    exit_holding(&main, &cown, body);
}

thread_local! {
    static RUNTIME: RefCell<Option<Runtime>> = const { RefCell::new(None) };
    static TOKEN: RefCell<Option<MainThread>> = const { RefCell::new(None) };
}

/// `exit` drops a runtime that is entered; what schedules after that is cancelled.
fn exit_inside_enter() {
    EARLY.with(|end| {
        end.call(|| {
            let late = when!(=> 1).join().map_err(|failure| failure.message().to_owned());
            println!("when: {late:?}");
        });
    });
    RUNTIME.set(Some(Runtime::builder().workers(1).build().expect("a thread")));
    RUNTIME.with_borrow(|runtime| runtime.as_ref().expect("set").enter(|| exit(0)))
}

/// `exit` drops the token of a home with `with`, or a body, still on the stack.
fn exit_with_the_token_in_a_thread_local(body: bool) {
    TOKEN.set(None);
    let main = MainThread::claim().expect("not claimed");
    let cown = PinnedCown::new(&main, Says("the value"));
    TOKEN.set(Some(main));
    TOKEN.with_borrow(|token| {
        let main = token.as_ref().expect("set");
        exit_holding(main, &cown, body);
    });
}

fn main() {
    let kind = std::env::args().nth(1).expect("which kind of thread");
    match kind.as_str() {
        "untouched" => thread::spawn(|| at_both_ends(|| ())).join().expect("no panic"),
        "plain" => {
            let plain = || when!(=> ()).join().expect("runs");
            thread::spawn(move || at_both_ends(plain)).join().expect("no panic");
        }
        "home" => thread::spawn(|| at_both_ends(use_a_home)).join().expect("no panic"),
        "main" => at_both_ends(use_a_home),
        "worker" => {
            let runtime = Runtime::builder().workers(1).build().expect("a thread");
            runtime.when((), |()| at_both_ends(|| ())).join().expect("no panic");
            runtime.shutdown();
        }
        "exit-in-with" => exit_inside(false),
        "exit-in-a-body" => exit_inside(true),
        "exit-in-enter" => exit_inside_enter(),
        "exit-in-with-token" => exit_with_the_token_in_a_thread_local(false),
        "exit-in-a-body-token" => exit_with_the_token_in_a_thread_local(true),
        other => panic!("which one? {other}"),
    }
}
