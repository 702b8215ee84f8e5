//! What handles, errors and figures can do: cross `catch_unwind`, be compared, be hashed.

use std::hash::Hash;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use boc::prelude::*;
use boc::{Busy, ClaimError, Explored, Handle, Hold, PromiseFuture, Stats, TimedOut, WeakPinnedCown};

struct Opaque;

fn crosses_a_panic<T: UnwindSafe + RefUnwindSafe>() {}
fn is_an_identity<T: Clone + Ord + Hash>() {}
fn is_a_value<T: Clone + PartialEq + std::fmt::Debug>() {}

fn main() {
    crosses_a_panic::<Cown<Opaque>>();
    crosses_a_panic::<WeakCown<Opaque>>();
    crosses_a_panic::<PinnedCown<Rc<Opaque>>>();
    crosses_a_panic::<WeakPinnedCown<Rc<Opaque>>>();
    crosses_a_panic::<Handle<Rc<Opaque>>>();
    crosses_a_panic::<Promise<Opaque>>();
    crosses_a_panic::<PromiseFuture<Opaque>>();
    crosses_a_panic::<Resolver<Opaque>>();
    crosses_a_panic::<Failure>();
    crosses_a_panic::<Runtime>();
    crosses_a_panic::<Hold>();

    is_an_identity::<Cown<Opaque>>();
    is_an_identity::<WeakCown<Opaque>>();
    is_an_identity::<PinnedCown<Rc<Opaque>>>();
    is_an_identity::<WeakPinnedCown<Rc<Opaque>>>();
    is_an_identity::<Handle<Rc<Opaque>>>();
    is_an_identity::<Promise<Opaque>>();

    is_a_value::<ClaimError>();
    is_a_value::<Busy>();
    is_a_value::<TimedOut>();
    is_a_value::<PumpResult>();
    is_a_value::<Starvation>();
    is_a_value::<Explored>();
    is_a_value::<Stats>();
}
