//! A cown is invariant in its value.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::prelude::*;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn narrower(cown: Cown<Any>) -> Cown<Static> {
    cown
}

fn wider(cown: Cown<Static>) -> Cown<Any> {
    cown
}

fn shorter<'long: 'short, 'short>(cown: Cown<&'long str>) -> Cown<&'short str> {
    cown
}

fn longer<'long: 'short, 'short>(cown: Cown<&'short str>) -> Cown<&'long str> {
    cown
}

fn main() {}
