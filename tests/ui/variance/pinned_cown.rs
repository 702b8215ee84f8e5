//! A pinned cown is invariant in its value.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::prelude::*;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn narrower(cown: PinnedCown<Any>) -> PinnedCown<Static> {
    cown
}

fn wider(cown: PinnedCown<Static>) -> PinnedCown<Any> {
    cown
}

fn shorter<'long: 'short, 'short>(cown: PinnedCown<&'long str>) -> PinnedCown<&'short str> {
    cown
}

fn longer<'long: 'short, 'short>(cown: PinnedCown<&'short str>) -> PinnedCown<&'long str> {
    cown
}

fn main() {}
