//! A guard cannot be put away.

use std::sync::mpsc::channel;

use boc::prelude::*;

fn main() {
    let (send, receive) = channel();
    let cown = Cown::new(1);
    when!(cown => send.send(cown).unwrap());
    drop(receive);
}
