//! Were what a nested body captures covariant in the value, this would read a text that is freed.

use std::sync::Mutex;

use boc::prelude::*;
use boc::{Handle, ReadGroup};

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

static KEPT: Mutex<Option<&'static str>> = Mutex::new(None);

fn nothing(_: &str) {}

fn keep(text: &'static str) {
    *KEPT.lock().unwrap() = Some(text);
}

fn wider_handle(handle: Handle<Any>) {
    let wider: Handle<Static> = handle;
    when!(wider => *wider = keep as Static);
}

fn main() {
    let cowns = [Cown::new(nothing as Any), Cown::new(nothing as Any)];
    when!(read cowns => {
        let wider: ReadGroup<'_, Static> = cowns;
        let first = wider.guard(0);
        when!(first => *first = keep as Static);
    });
    quiesce();
    let cown = &cowns[0];
    when!(cown => {
        let text = String::from("this text is going to be freed, and read after that");
        (*cown)(&text);
    });
    quiesce();
    println!("{:?} {:?}", *KEPT.lock().unwrap(), wider_handle as fn(Handle<Any>));
}
