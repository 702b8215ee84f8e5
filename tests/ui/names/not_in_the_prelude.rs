//! What is used rarely, or has a common name, is imported by who wants it.

use boc::prelude::*;

fn main() {
    let _ = try_when;
    let _ = scope::<(), fn(&_)>;
    let _ = batch::<(), fn(&_)>;
    wait();
    #[attr::when]
    fn attribute() {}
    #[main]
    fn entry() {}
}
