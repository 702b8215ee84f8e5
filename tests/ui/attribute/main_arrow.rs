//! The options of the entry have no `=>`.

#[boc::main(=>)]
fn main() {}
