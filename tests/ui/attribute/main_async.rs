//! `#[boc::main]` runs a plain function.

#[boc::main]
async fn main() {}
