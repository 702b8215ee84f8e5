//! Faults: what the system refuses: threads, memory, processor time. Each in a process of its own, under limits.
#![cfg(target_os = "linux")]

use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use boc_tests::{Finished, LIMIT, child};

const PROGRAM: &str = env!("CARGO_BIN_EXE_program-faults");

/// The program with at most so much address space.
fn within_kib(limit: u32, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("ulimit -v {limit} && ulimit -c 0 && exec \"$0\" \"$@\""), PROGRAM])
        .args(arguments);
    command
}

/// There is room for the stacks of some of the threads. (A limit on processes would not bind whoever runs as root.)
#[test]
fn a_runtime_whose_threads_cannot_be_started_is_an_error_and_leaves_none() {
    let gib = 1 << 30;
    for workers in ["4", "64"] {
        let finished = child(LIMIT, &mut within_kib(3 << 20, &["no-threads", workers, &gib.to_string()]));
        assert!(finished.status.success(), "{finished:?}");
        assert!(finished.stdout.starts_with("refused: "), "{finished:?}");
    }
}

/// Not even the first one: no address space is that large.
#[test]
fn a_runtime_whose_first_thread_cannot_be_started_is_an_error_too() {
    let stack = (1_u64 << 47).to_string();
    let finished = child(LIMIT, Command::new(PROGRAM).args(["no-threads", "2", &stack]));
    assert!(finished.status.success(), "{finished:?}");
}

#[test]
fn a_global_runtime_that_cannot_be_started_is_a_panic_that_says_so() {
    let mut command = within_kib(3 << 20, &["no-global-threads"]);
    command.env("BOC_WORKERS", "8").env("RUST_MIN_STACK", (1 << 30).to_string());
    let finished = child(LIMIT, &mut command);
    assert!(finished.status.success(), "{finished:?}");
    assert_eq!(finished.stdout, "refused\n");
}

/// As documented: the process is aborted by Rust's own handler, as with any allocation; it neither hangs nor goes on.
#[test]
fn out_of_memory_aborts_with_rusts_own_message() {
    let Finished { status, stdout, stderr } = child(LIMIT, &mut within_kib(256 << 10, &["no-memory"]));
    assert_eq!(stdout, "started\n", "{stderr}");
    assert_eq!(status.signal(), Some(6), "{status:?}: {stderr}");
    assert!(stderr.contains("memory allocation of"), "{stderr}");
}

/// Workers at the end of the system's queue, on processors that others use up: late, and all the same right.
#[test]
fn workers_that_the_system_starves_get_there_in_the_end() {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let spinners = thread::available_parallelism().expect("a number").get();
        for _ in 0..spinners {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let end = EndOf(&over);
        let finished = child(LIMIT, Command::new("nice").args(["-n", "19", PROGRAM, "starved"]));
        drop(end);
        assert!(finished.status.success(), "{finished:?}");
        assert_eq!(finished.stdout, "800\n");
    });
}

/// Ends the spinning, when the test fails too.
struct EndOf<'o>(&'o AtomicBool);

impl Drop for EndOf<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
