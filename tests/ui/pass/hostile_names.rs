//! A user's own names do not get in the way.

#![allow(non_camel_case_types, dead_code, reason = "hostile on purpose")]

use boc::prelude::{Cown, when};

mod std {}
mod core {}
struct Option;
struct Some;
struct Result;
struct Ok;
struct Box;
struct Vec;
struct String;
trait Clone {}
trait Send {}
trait FnOnce {}
macro_rules! panic {
    () => {};
}
fn drop() {}

fn main() {
    let (a, n, request, body, guard) = (Cown::new(1), 2, 3, 4, 5);
    let promise = when!(a, clone n, let k = n => {
        *a += n + k + request + body + guard;
        *a
    });
    #[boc::attr::when(promise)]
    fn next(promise: &mut i32, n: i32) -> i32 {
        *promise + n
    }
    assert_eq!(next.join().ok(), ::core::option::Option::Some(19));
}
