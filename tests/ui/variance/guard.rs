//! An exclusive guard is invariant in the value.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::prelude::*;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn narrower(guard: Acquired<'_, Any>) -> Acquired<'_, Static> {
    guard
}

fn wider(guard: Acquired<'_, Static>) -> Acquired<'_, Any> {
    guard
}

fn shorter<'long: 'short, 'short: 'g, 'g>(guard: Acquired<'g, &'long str>) -> Acquired<'g, &'short str> {
    guard
}

fn longer<'long: 'short, 'short: 'g, 'g>(guard: Acquired<'g, &'short str>) -> Acquired<'g, &'long str> {
    guard
}

fn main() {}
