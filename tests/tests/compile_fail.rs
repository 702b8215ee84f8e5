//! Promise: what must not compile does not, and the message points at the user's token and says what to write.
//! The programs and their messages lie in `ui/`.

use std::process::Command;

/// The messages are the compiler's as much as ours: they are compared on the compiler they were written down for,
/// which is the one CI runs. Another one words and underlines things its own way.
const WRITTEN_DOWN_FOR: &str = "rustc 1.95.";

#[test]
fn ui() {
    let tests = trybuild::TestCases::new();
    tests.pass("ui/pass/*.rs");
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(compiler).arg("--version").output().expect("the compiler's version");
    if String::from_utf8_lossy(&version.stdout).starts_with(WRITTEN_DOWN_FOR) {
        for room in [
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
        ] {
            tests.compile_fail(format!("ui/{room}/*.rs"));
        }
    }
}
