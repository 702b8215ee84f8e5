//! A notice is invariant in its value: it can be posted, and read.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::prelude::*;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn narrower(notice: Notice<Any>) -> Notice<Static> {
    notice
}

fn wider(notice: Notice<Static>) -> Notice<Any> {
    notice
}

fn shorter<'long: 'short, 'short>(notice: Notice<&'long str>) -> Notice<&'short str> {
    notice
}

fn longer<'long: 'short, 'short>(notice: Notice<&'short str>) -> Notice<&'long str> {
    notice
}

fn main() {}
