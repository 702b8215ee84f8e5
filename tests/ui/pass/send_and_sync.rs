//! Auto traits, in the direction that holds: handles of everything travel.

use std::cell::Cell;
use std::rc::Rc;

use boc::prelude::*;

fn travels<T: Send + Sync + Clone + 'static>() {}

fn is_send<T: Send>() {}

fn main() {
    travels::<Cown<Cell<u8>>>(); // `Cell<u8>` is `Send`, and that is enough
    travels::<PinnedCown<Rc<Cell<u8>>>>();
    travels::<boc::WeakPinnedCown<Rc<Cell<u8>>>>();
    travels::<Promise<Cell<u8>>>();
    travels::<Failure>();
    travels::<Notice<String>>();
    is_send::<Runtime>();
}
