//! Handles of two types are not compared, ordered, or kept together: they cannot be the same cown.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use std::collections::HashSet;

use boc::WeakPinnedCown;
use boc::prelude::*;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn equal(any: &Cown<Any>, fixed: &Cown<Static>) -> bool {
    any == fixed
}

fn less(any: &Cown<Any>, fixed: &Cown<Static>) -> bool {
    any < fixed
}

fn weak(any: &WeakCown<Any>, fixed: &WeakCown<Static>) -> bool {
    any == fixed
}

fn pinned(any: &PinnedCown<Any>, fixed: &PinnedCown<Static>) -> bool {
    any == fixed
}

fn weak_pinned(any: &WeakPinnedCown<Any>, fixed: &WeakPinnedCown<Static>) -> bool {
    any == fixed
}

fn of_two_lifetimes<'a>(long: &Cown<&'static str>, short: &Cown<&'a str>) -> bool {
    long == short
}

fn kept_together(any: &mut HashSet<Cown<Any>>, fixed: Cown<Static>) {
    any.insert(fixed);
}

fn main() {}
