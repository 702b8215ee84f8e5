//! The future of a promise is invariant in the result.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::prelude::*;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn narrower(future: boc::PromiseFuture<Any>) -> boc::PromiseFuture<Static> {
    future
}

fn wider(future: boc::PromiseFuture<Static>) -> boc::PromiseFuture<Any> {
    future
}

fn shorter<'long: 'short, 'short>(future: boc::PromiseFuture<&'long str>) -> boc::PromiseFuture<&'short str> {
    future
}

fn longer<'long: 'short, 'short>(future: boc::PromiseFuture<&'short str>) -> boc::PromiseFuture<&'long str> {
    future
}

fn main() {}
