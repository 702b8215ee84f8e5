//! The guard of a reader is invariant in the value: it can be requested again, exclusively.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::prelude::*;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn narrower(guard: AcquiredRead<'_, Any>) -> AcquiredRead<'_, Static> {
    guard
}

fn wider(guard: AcquiredRead<'_, Static>) -> AcquiredRead<'_, Any> {
    guard
}

fn shorter<'long: 'short, 'short: 'g, 'g>(
    guard: AcquiredRead<'g, &'long str>,
) -> AcquiredRead<'g, &'short str> {
    guard
}

fn longer<'long: 'short, 'short: 'g, 'g>(
    guard: AcquiredRead<'g, &'short str>,
) -> AcquiredRead<'g, &'long str> {
    guard
}

fn main() {}
