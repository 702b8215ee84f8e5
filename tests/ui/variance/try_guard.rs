//! What `try` gives is invariant in the result: a plain `&mut`.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::prelude::*;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn narrower(promise: Promise<Any>) {
    when!(try promise => {
        let _: Result<&mut Static, Failure> = promise;
    });
}

fn group(promises: Vec<Promise<Any>>) {
    when!(try promises => {
        let _: Vec<Result<&mut Static, Failure>> = promises;
    });
}

fn optional(promise: Option<Promise<Any>>) {
    when!(promise => {
        let _: Option<Acquired<'_, Static>> = promise;
    });
}

fn main() {}
