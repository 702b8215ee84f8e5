//! The guard of a group is invariant in the values.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::Group;
use boc::prelude::*;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn narrower(group: Group<'_, Any>) -> Group<'_, Static> {
    group
}

fn wider(group: Group<'_, Static>) -> Group<'_, Any> {
    group
}

fn shorter<'long: 'short, 'short: 'g, 'g>(group: Group<'g, &'long str>) -> Group<'g, &'short str> {
    group
}

fn longer<'long: 'short, 'short: 'g, 'g>(group: Group<'g, &'short str>) -> Group<'g, &'long str> {
    group
}

fn main() {}
