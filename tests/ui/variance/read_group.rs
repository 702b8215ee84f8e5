//! The guard of a group that is read is invariant in the values: its members can be requested
//! again.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::ReadGroup;
use boc::prelude::*;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn narrower(group: ReadGroup<'_, Any>) -> ReadGroup<'_, Static> {
    group
}

fn wider(group: ReadGroup<'_, Static>) -> ReadGroup<'_, Any> {
    group
}

fn shorter<'long: 'short, 'short: 'g, 'g>(
    group: ReadGroup<'g, &'long str>,
) -> ReadGroup<'g, &'short str> {
    group
}

fn longer<'long: 'short, 'short: 'g, 'g>(
    group: ReadGroup<'g, &'short str>,
) -> ReadGroup<'g, &'long str> {
    group
}

fn main() {}
