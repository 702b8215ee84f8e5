//! Were the guard of a reader covariant in the value, this would read a text that is freed.
#![forbid(unsafe_code)]
use boc::prelude::*;
use std::sync::Mutex;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

static KEPT: Mutex<Option<&'static str>> = Mutex::new(None);
fn nothing(_: &str) {}
fn keep(text: &'static str) { *KEPT.lock().unwrap() = Some(text); }

fn main() {
    let cown: Cown<Any> = Cown::new(nothing);
    when!(read cown => {
        let wider: AcquiredRead<'_, Static> = cown; // covariance
        when!(wider => *wider = keep as Static); // exclusive, on a `Cown<Any>`
    });
    quiesce();
    when!(cown => {
        let text = String::from("this text is going to be freed, and read after that");
        (*cown)(&text);
    });
    quiesce();
    let text = KEPT.lock().unwrap().unwrap();
    let noise: Vec<String> = (0..100).map(|n| format!("{n:051}")).collect();
    println!("{text:?} {}", noise.len());
}
