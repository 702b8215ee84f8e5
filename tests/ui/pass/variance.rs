//! Variance, in the direction that holds: a guard may be lent for less than the body, what only
//! names a place is as wide as the place, and a shared reference to a result is a shared reference.

#![forbid(unsafe_code)]
#![expect(dead_code, reason = "it is enough that these compile")]

use boc::prelude::*;
use boc::{Exclusive, Group, Guards, Place, ReadGroup, Requested, Shared};

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn guard<'long: 'short, 'short, T>(guard: Acquired<'long, T>) -> Acquired<'short, T> {
    guard
}

fn read_guard<'long: 'short, 'short, T>(guard: AcquiredRead<'long, T>) -> AcquiredRead<'short, T> {
    guard
}

fn group<'long: 'short, 'short, T>(group: Group<'long, T>) -> Group<'short, T> {
    group
}

fn read_group<'long: 'short, 'short, T>(group: ReadGroup<'long, T>) -> ReadGroup<'short, T> {
    group
}

fn request<'long: 'short, 'short, P: Place<Shared>>(
    request: Requested<'long, P, Shared>,
) -> Requested<'short, P, Shared> {
    request
}

fn request_of_a_reference<'long: 'short, 'short, T: 'static>(
    request: Requested<'short, &'long Cown<T>, Shared>,
) -> Requested<'short, &'short Cown<T>, Shared> {
    request
}

fn request_of_a_guard<'long: 'short, 'short, T: 'static>(
    request: &'short Acquired<'long, T>,
) -> &'short Acquired<'short, T>
where
    Acquired<'long, T>: Place<Exclusive>,
    for<'a> &'a Acquired<'long, T>: Guards,
{
    request
}

fn main() {
    // A plain reference is nothing that can be requested, so it may be covariant in the result.
    let promise: Promise<Any> = when!(=> (|_: &str| ()) as Any);
    let seen = when!(read try promise => {
        let wider: Result<&Static, Failure> = promise.map(|any| any as &Static);
        wider.is_ok()
    });
    assert!(seen.join().unwrap());
    let promises = [when!(=> (|_: &str| ()) as Any)];
    let seen = when!(read try promises => {
        let wider: Vec<Result<&Static, Failure>> =
            promises.into_iter().map(|promise| promise.map(|any| any as &Static)).collect();
        wider.len()
    });
    assert_eq!(seen.join().unwrap(), 1);
}
