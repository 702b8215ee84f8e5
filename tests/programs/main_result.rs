//! `#[boc::main]` with a `Result`: `?` works, an `Err` is the process's exit code, and what was scheduled before it
//! still runs.

use std::num::ParseIntError;

use boc::prelude::*;

#[boc::main]
fn main(_main: MainThread) -> Result<(), ParseIntError> {
    let word = std::env::args().nth(1).expect("a number");
    let seen = when!(clone word => println!("got {word}"));
    let number: i32 = word.parse()?;
    let doubled = when!(seen => { let () = *seen; number * 2 });
    when!(doubled => println!("doubled {}", *doubled));
    Ok(())
}
