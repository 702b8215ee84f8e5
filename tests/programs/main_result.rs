//! `#[boc::main]` with a `Result` behind an alias, and without a parameter: `?` works, and an `Err` is the exit code.

use std::io;

use boc::prelude::*;

#[boc::main]
fn main() -> io::Result<()> {
    let word = std::env::args().nth(1).expect("a number");
    let number: i32 = word.parse().map_err(|_| io::Error::other(format!("{word} is no number")))?;
    let doubled = when!(=> number * 2);
    when!(doubled => println!("doubled {}", *doubled));
    Ok(())
}
