//! A weak handle of a pinned cown is invariant in the value: it can be upgraded.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::WeakPinnedCown;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn narrower(weak: WeakPinnedCown<Any>) -> WeakPinnedCown<Static> {
    weak
}

fn wider(weak: WeakPinnedCown<Static>) -> WeakPinnedCown<Any> {
    weak
}

fn shorter<'long: 'short, 'short>(weak: WeakPinnedCown<&'long str>) -> WeakPinnedCown<&'short str> {
    weak
}

fn longer<'long: 'short, 'short>(weak: WeakPinnedCown<&'short str>) -> WeakPinnedCown<&'long str> {
    weak
}

fn main() {}
