//! Nothing but the token.

#[boc::main]
fn main(main: u32) {
    drop(main);
}
