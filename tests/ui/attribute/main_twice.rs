//! A program has one entry.

#[boc::main]
#[tokio::main]
async fn main() {}
