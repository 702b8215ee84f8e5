//! Programs run as processes of their own, for what is decided once per process: `#[boc::main]`, the environment,
//! exit codes, an idle program's use of the processor.

use std::fs;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How a program ended.
#[derive(Debug)]
pub struct Finished {
    /// Its exit status.
    pub status: ExitStatus,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

/// Runs `command` to its end, without `BOC_WORKERS` unless `command` sets it.
///
/// # Panics
/// When it does not end within `limit` (it is killed, and what it had said is in the message), or cannot start.
#[must_use]
pub fn child(limit: Duration, command: &mut Command) -> Finished {
    let sets_workers = command.get_envs().any(|(name, _)| name == "BOC_WORKERS");
    if !sets_workers {
        command.env_remove("BOC_WORKERS");
    }
    let mut process = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let stdout = reader(process.stdout.take().expect("piped"));
    let stderr = reader(process.stderr.take().expect("piped"));
    let deadline = Instant::now() + limit;
    let status = loop {
        if let Some(status) = process.try_wait().expect("its status") {
            break Some(status);
        }
        if Instant::now() >= deadline {
            break None;
        }
        thread::sleep(Duration::from_millis(5));
    };
    if status.is_none() {
        process.kill().expect("a late program can be killed");
        process.wait().expect("its status");
    }
    let stdout = stdout.join().expect("its output");
    let stderr = stderr.join().expect("its complaints");
    match status {
        Some(status) => Finished { status, stdout, stderr },
        None => panic!("{command:?}: a hang: not finished after {limit:?}\n{stdout}\n{stderr}"),
    }
}

fn reader(mut from: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).expect("a pipe");
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The processor time this process has used, in clock ticks (Linux: a hundredth of a second).
///
/// # Panics
/// Where `/proc/self/stat` is not what Linux documents.
#[must_use]
pub fn cpu_ticks() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let (_, after_name) = stat.rsplit_once(')').expect("a name in parentheses");
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<u64>().expect("a number of ticks");
    ticks(11) + ticks(12) // utime and stime, fields 14 and 15 of proc(5), counted from the state
}

/// How often the calling thread has gone to sleep (Linux).
///
/// # Panics
/// Where there is no `/proc/thread-self/status`, or no such count in it.
#[must_use]
pub fn voluntary_switches() -> u64 {
    let status = fs::read_to_string("/proc/thread-self/status").expect("Linux");
    let count = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
    count.expect("a count of switches").trim().parse().expect("a number")
}

/// How many threads this process has (Linux).
///
/// # Panics
/// Where there is no `/proc/self/task`.
#[must_use]
pub fn thread_count() -> usize {
    fs::read_dir("/proc/self/task").expect("Linux").count()
}

/// Runs `body` in a fork of this process; its exit code: 1 if `body` panics, else 0.
///
/// # Panics
/// When there is no fork, or the child is killed, as it is after a minute.
#[cfg(unix)]
pub fn in_a_child(body: impl FnOnce()) -> i32 {
    // SAFETY: the child calls what a child of a process with threads may call with glibc: it
    // allocates, starts threads, and ends by `_exit`.
    match unsafe { libc::fork() } {
        -1 => panic!("no fork"),
        0 => {
            // SAFETY: a hang ends the child, and fails the parent.
            unsafe { libc::alarm(60) };
            let code = i32::from(catch_unwind(AssertUnwindSafe(body)).is_err());
            // SAFETY: ends the child without the parent's destructors.
            unsafe { libc::_exit(code) }
        }
        child => {
            let mut status = 0;
            // SAFETY: waits for the child made above.
            assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
            assert!(libc::WIFEXITED(status), "the child was killed: {status}");
            libc::WEXITSTATUS(status)
        }
    }
}
