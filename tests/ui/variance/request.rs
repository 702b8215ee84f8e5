//! A request is as invariant as the handle that it names.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::prelude::*;
use boc::{Requested, Shared};

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn shared(request: Requested<'static, Promise<Any>, Shared>) -> Requested<'static, Promise<Static>, Shared> {
    request
}

fn exclusive(request: &'static Cown<Any>) -> &'static Cown<Static> {
    request
}

fn group(request: &'static [AcquiredRead<'static, Any>]) -> &'static [AcquiredRead<'static, Static>] {
    request
}

fn optional(request: Option<&'static Promise<Any>>) -> Option<&'static Promise<Static>> {
    request
}

fn main() {}
