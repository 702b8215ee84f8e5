//! Owns: the tests of a count of handles or readers at its limit: the process aborts. Each count is
//! tried in a process of its own, which is this test program with another environment.

#![expect(unsafe_code, reason = "sets the counts of blocks")]

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::ptr::NonNull;
use std::thread;
use std::time::{Duration, Instant};

use crate::cown::Cown;
use crate::pinned::{MainThread, PinnedCown};
use crate::promise::Promise;
use crate::request::{Capture, read};
use crate::runtime::Runtime;

use super::header::{Header, MAX_COUNT};

/// Which count the child tries, and how many handles were leaked before.
const VARIABLE: &str = "BOC_TEST_COUNT";
const SIGABRT: i32 = 6;
const LIMIT: Duration = Duration::from_secs(60);

/// Takes a count more where `leaked` handles were leaked, and sets the counts right afterwards.
type Take = fn(leaked: u32);

const COUNTS: [(&str, Take); 10] = [
    ("a cown's handle is cloned", |leaked| {
        let cown = Cown::new(1);
        with(cown.header(), [leaked, 1], [1, 1], || drop(cown.clone()));
    }),
    ("a cown is requested", |leaked| {
        let (cown, runtime) = (Cown::new(1), Runtime::simulated(1));
        let request = || {
            drop(runtime.when(&cown, |_| ()));
            runtime.quiesce();
        };
        with(cown.header(), [leaked, 1], [1, 1], request);
    }),
    ("a guard is captured", |leaked| {
        let (cown, runtime) = (Cown::new(1), Runtime::simulated(1));
        let handle = runtime.when(&cown, |cown| cown.capture()).join().expect("a handle");
        with(cown.header(), [leaked, 1], [2, 1], || drop(handle.clone()));
    }),
    ("a weak handle is made", |leaked| {
        let cown = Cown::new(1);
        with(cown.header(), [1, leaked], [1, 1], || drop(cown.downgrade()));
    }),
    ("a weak handle is cloned", |leaked| {
        let cown = Cown::new(1);
        let weak = cown.downgrade();
        with(cown.header(), [1, leaked], [1, 2], || drop(weak.clone()));
    }),
    ("a weak handle is upgraded", |leaked| {
        let cown = Cown::new(1);
        let weak = cown.downgrade();
        with(cown.header(), [leaked, 2], [1, 2], || drop(weak.upgrade()));
    }),
    ("a pinned cown's handle is cloned", |leaked| {
        let main = MainThread::claim().expect("a thread of its own");
        let cown = PinnedCown::new(&main, 1);
        with(cown.header_ref().as_ptr(), [leaked, 2], [1, 2], || drop(cown.clone()));
    }),
    ("a behavior's promise is cloned", |leaked| {
        let runtime = Runtime::simulated(1);
        let promise = runtime.when((), |()| 1);
        with(promise.header(), [leaked, 1], [2, 1], || drop(promise.clone()));
    }),
    ("a cown is read", |readers| {
        let (cown, runtime) = (Cown::new(1), Runtime::simulated(1));
        // SAFETY: the only handle keeps it.
        let queue = unsafe { &cown.header().as_ref().queue };
        // Half as many are too many: the word counts twos.
        queue.set_readers(readers / 2 - 1);
        let done = runtime.when(read(&cown), |_| ());
        runtime.quiesce();
        queue.set_readers(0);
        drop(done);
    }),
    ("a resolver's promise is cloned", |leaked| {
        let (_resolver, promise) = Promise::<u8>::new();
        with(promise.header(), [leaked, 1], [2, 1], || drop(promise.clone()));
    }),
];

/// Runs `take` with other counts, strong and weak, and sets these to what they are again.
fn with(header: NonNull<Header>, counts: [u32; 2], are: [u32; 2], take: impl FnOnce()) {
    // SAFETY: the caller keeps a handle; no other thread has one.
    let set = |[strong, weak]: [u32; 2]| unsafe { header.as_ref() }.set_counts(strong, weak);
    set(counts);
    take();
    set(are);
}

/// Runs one of `COUNTS` in a process of its own.
fn child(count: usize, leaked: u32) -> (std::process::ExitStatus, String) {
    let this = std::env::current_exe().expect("a test program");
    let mut child = Command::new(this)
        .args(["--exact", "memory::limit_tests::too_many_handles_abort", "--nocapture"])
        .env(VARIABLE, format!("{count} {leaked}"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let deadline = Instant::now() + LIMIT;
    while child.try_wait().expect("its status").is_none() {
        if Instant::now() >= deadline {
            child.kill().expect("a late child can be killed");
            panic!("{}, {leaked} leaked: not finished after {LIMIT:?}", COUNTS[count].0);
        }
        thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().expect("its output");
    (output.status, String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn too_many_handles_abort() {
    if let Ok(which) = std::env::var(VARIABLE) {
        let (count, leaked) = which.split_once(' ').expect("two numbers");
        let count: usize = count.parse().expect("a number");
        return COUNTS[count].1(leaked.parse().expect("a number"));
    }
    for (count, (what, _)) in COUNTS.iter().enumerate() {
        // A request takes two: that of the queue's activity, and one until it has entered.
        let (status, stderr) = child(count, MAX_COUNT - 1);
        assert!(status.success(), "{what}: {stderr}");
        for leaked in [MAX_COUNT + 1, u32::MAX - 1, u32::MAX] {
            let (status, stderr) = child(count, leaked);
            assert_eq!(status.signal(), Some(SIGABRT), "{what}, {leaked} leaked: {stderr}");
            assert!(stderr.contains(" of one cown") && stderr.contains("aborting"), "{what}: {stderr}");
        }
    }
}
