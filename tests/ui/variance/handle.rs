//! A handle that is made from a guard is invariant in the value.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::prelude::*;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn narrower(handle: boc::Handle<Any>) -> boc::Handle<Static> {
    handle
}

fn wider(handle: boc::Handle<Static>) -> boc::Handle<Any> {
    handle
}

fn shorter<'long: 'short, 'short>(handle: boc::Handle<&'long str>) -> boc::Handle<&'short str> {
    handle
}

fn longer<'long: 'short, 'short>(handle: boc::Handle<&'short str>) -> boc::Handle<&'long str> {
    handle
}

fn main() {}
