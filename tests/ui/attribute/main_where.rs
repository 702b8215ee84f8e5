//! Nothing is said by it, but it is there.

#[boc::main]
fn main() where {}
