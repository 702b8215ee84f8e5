//! It takes the token, or nothing.

use boc::prelude::*;

#[boc::main]
fn main(main: MainThread, other: u32) {
    drop((main, other));
}
