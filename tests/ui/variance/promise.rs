//! A promise is invariant in its result: it can be requested exclusively.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::prelude::*;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn narrower(promise: Promise<Any>) -> Promise<Static> {
    promise
}

fn wider(promise: Promise<Static>) -> Promise<Any> {
    promise
}

fn shorter<'long: 'short, 'short>(promise: Promise<&'long str>) -> Promise<&'short str> {
    promise
}

fn longer<'long: 'short, 'short>(promise: Promise<&'short str>) -> Promise<&'long str> {
    promise
}

fn main() {}
