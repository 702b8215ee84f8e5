//! The proof of being at home is lent for the body, and for no longer.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::HomeThread;
use boc::prelude::*;

fn longer<'long: 'short, 'short>(guard: &Acquired<'short, u8>) -> &'long HomeThread {
    Acquired::home(guard)
}

fn main() {}
