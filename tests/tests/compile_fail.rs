//! Promise: what must not compile does not, and the message points at the user's token and says
//! what to write. The programs and their messages lie in `ui/`. They are compared to the letter in
//! this crate's edition; in the others the same things are said.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::{env, fs, thread};

/// The messages are the compiler's as much as ours: they are compared on the compiler they were
/// written down for, which is the one CI runs. Another one words and underlines things its own way.
const WRITTEN_DOWN_FOR: &str = "rustc 1.95.";

#[test]
fn ui() {
    let tests = trybuild::TestCases::new();
    tests.pass("ui/pass/*.rs");
    if is_written_down_for() {
        for room in ROOMS {
            tests.compile_fail(format!("ui/{room}/*.rs"));
        }
    }
}

const ROOMS: [&str; 11] = [
    "attribute",
    "borrow",
    "grammar",
    "lints",
    "misuse",
    "names",
    "newcomer",
    "pinned",
    "send",
    "target",
    "variance",
];

fn compiler() -> Command {
    Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

fn is_written_down_for() -> bool {
    let version = compiler().arg("--version").output().expect("the compiler's version");
    String::from_utf8_lossy(&version.stdout).starts_with(WRITTEN_DOWN_FOR)
}

/// A program of two libraries.
const NEEDS_TOKIO: &str = "ui/attribute/main_twice.rs";

#[test]
fn ui_in_earlier_editions() {
    if !is_written_down_for() {
        return;
    }
    let mut programs: Vec<(&str, PathBuf)> = Vec::new();
    for edition in ["2018", "2021"] {
        for room in ROOMS.iter().chain(&["pass"]) {
            let files =
                fs::read_dir(format!("ui/{room}")).expect("a room of ui").map(|file| file.unwrap().path());
            programs.extend(
                files
                    .filter(|file| file.extension().is_some_and(|end| end == "rs"))
                    .map(|file| (edition, file)),
            );
        }
    }
    assert!(programs.len() > 200, "only {} programs", programs.len());
    let (programs, wrong) = (Mutex::new(programs), Mutex::new(Vec::new()));
    let library = library();
    thread::scope(|s| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            s.spawn(|| {
                while let Some((edition, program)) = { programs.lock().unwrap().pop() } {
                    let (said, expected) = (said(&library, edition, &program), expected(&program));
                    let name = program.display().to_string();
                    if said != expected && name != NEEDS_TOKIO {
                        wrong
                            .lock()
                            .unwrap()
                            .push(format!("{name}, {edition}:\n{said:#?}\nrather than\n{expected:#?}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The library that this test is built with: the newest beside it.
fn library() -> PathBuf {
    let test = env::current_exe().expect("this test");
    let files = fs::read_dir(test.parent().unwrap()).expect("where it lies").map(|file| file.unwrap());
    let is_boc = |name: &str| name.starts_with("libboc-") && name.ends_with(".rlib");
    let libraries = files.filter(|file| file.file_name().to_str().is_some_and(is_boc));
    libraries
        .max_by_key(|file| file.metadata().and_then(|file| file.modified()).unwrap())
        .expect("boc")
        .path()
}

/// The headings of what the compiler says of a program.
fn said(library: &Path, edition: &str, program: &Path) -> Vec<String> {
    let name = program.with_extension("").display().to_string().replace('/', "-");
    let metadata = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{edition}.rmeta"));
    let output = compiler()
        .args(["--crate-name=program", "--crate-type=bin", "--emit=metadata", "--color=never", "-Awarnings"])
        .args(["--edition", edition, "-o"])
        .arg(metadata)
        .args([format!("--extern=boc={}", library.display())])
        .args([format!("-Ldependency={}", library.parent().unwrap().display())])
        .arg(program)
        .output()
        .expect("a compiler");
    headings(&String::from_utf8_lossy(&output.stderr))
}

/// Those that are written down for it: none, if it compiles.
fn expected(program: &Path) -> Vec<String> {
    fs::read_to_string(program.with_extension("stderr")).map_or_else(|_| Vec::new(), |text| headings(&text))
}

fn headings(text: &str) -> Vec<String> {
    let mut headings: Vec<String> = text
        .lines()
        .filter(|line| line.starts_with("error") && !line.starts_with("error: aborting"))
        .map(str::to_owned)
        .collect();
    headings.sort();
    headings
}
