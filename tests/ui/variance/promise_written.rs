//! Were a promise covariant in its result, this would read a text that is freed.
#![forbid(unsafe_code)]
use boc::prelude::*;
use std::sync::Mutex;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

static KEPT: Mutex<Option<&'static str>> = Mutex::new(None);
fn nothing(_: &str) {}
fn keep(text: &'static str) { *KEPT.lock().unwrap() = Some(text); }

fn main() {
    let p: Promise<Any> = when!(=> nothing as Any);
    let q: Promise<Static> = p.clone(); // covariance
    when!(q => *q = keep as Static); // a `for<'a> fn(&'a str)` is now a `fn(&'static str)`
    when!(p => {
        let text = String::from("this text is going to be freed, and read after that");
        (*p)(&text);
    });
    quiesce();
    let text = KEPT.lock().unwrap().unwrap();
    let noise: Vec<String> = (0..100).map(|n| format!("{n:051}")).collect();
    println!("{text:?} {}", noise.len());
}
