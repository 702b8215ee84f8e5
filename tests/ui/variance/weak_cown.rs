//! A weak handle is invariant in the value: it can be upgraded.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::prelude::*;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn narrower(weak: WeakCown<Any>) -> WeakCown<Static> {
    weak
}

fn wider(weak: WeakCown<Static>) -> WeakCown<Any> {
    weak
}

fn shorter<'long: 'short, 'short>(weak: WeakCown<&'long str>) -> WeakCown<&'short str> {
    weak
}

fn longer<'long: 'short, 'short>(weak: WeakCown<&'short str>) -> WeakCown<&'long str> {
    weak
}

fn main() {}
