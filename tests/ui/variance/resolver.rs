//! A resolver is invariant in the result.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::prelude::*;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn narrower(resolver: Resolver<Any>) -> Resolver<Static> {
    resolver
}

fn wider(resolver: Resolver<Static>) -> Resolver<Any> {
    resolver
}

fn shorter<'long: 'short, 'short>(resolver: Resolver<&'long str>) -> Resolver<&'short str> {
    resolver
}

fn longer<'long: 'short, 'short>(resolver: Resolver<&'short str>) -> Resolver<&'long str> {
    resolver
}

fn main() {}
